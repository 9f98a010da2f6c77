import { existsSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { testFiles } from './bun-test.ts'
import { failedBecause, skippedBecause, type Tally } from './tally.ts'

/** Where a directory with an executable `lab` is looked for: yours, one beside the project, the project's own. */
const PLACES = [process.env.ZFS_LAB_DIR, '../shared/zfs-lab', 'tests/lab']

/**
 * Boots a lab of our own, runs the tier with ZFS_LAB_CLIENT (the directory of its ssh_config, with hqs8, hqs10, hqs1 and hqs7 in it),
 * and stops it. With ZFS_LAB_CLIENT set already, that lab is used and left running.
 */
export async function withLab(run: (env: Readonly<Record<string, string>>) => Promise<Tally>): Promise<Tally> {
  const given = process.env.ZFS_LAB_CLIENT
  if (given !== undefined) return run({ ZFS_LAB_CLIENT: given })
  const wanted = await testFiles(['tests/zfs'])
  const lab = PLACES.filter((place) => place !== undefined)
    .map((place) => resolve(place, 'lab'))
    .find(existsSync)
  if (lab === undefined) {
    const why =
      'the OpenZFS tier needs a lab: set ZFS_LAB_DIR to a directory with an executable `lab` (lab start NAME PORT, lab stop NAME). Nothing about real OpenZFS was proved by this run.'
    return skippedBecause(why, wanted.length)
  }
  const name = `zwitness-${process.pid}`
  const base = freePorts()
  let client: string | null = null
  console.log(`Booting a machine with OpenZFS (${lab} start ${name} ${base}) ...`)
  try {
    const started = Bun.spawnSync([lab, 'start', name, String(base)], {
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'inherit',
    })
    const said = started.stdout.toString()
    const config = /ssh -F (\S+)/.exec(said)?.[1]
    if (started.exitCode !== 0 || config === undefined) {
      return failedBecause(`the lab did not start (exit code ${started.exitCode}): ${said}`)
    }
    client = dirname(config)
    return await run({ ZFS_LAB_CLIENT: client })
  } finally {
    // Not through `command`: that starts nothing more after a Ctrl-C.
    Bun.spawnSync([lab, 'stop', name], { stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' })
    if (client !== null) rmSync(client, { recursive: true, force: true })
  }
}

/** The first of a row of ports (it and the four after it) that nobody listens on. */
function freePorts(): number {
  for (let base = 43_000 + (process.pid % 100) * 10; base < 60_000; base += 10) {
    if ([1, 2, 3, 4].every((step) => isFree(base + step))) return base
  }
  throw new Error('There are no four free ports in a row between 43000 and 60000.')
}

function isFree(port: number): boolean {
  try {
    Bun.listen({ hostname: '127.0.0.1', port, socket: { data() {} } }).stop(true)
    return true
  } catch {
    // Somebody has it; the next row will do.
    return false
  }
}
