import { existsSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { testFiles } from './bun-test.ts'
import { failedBecause, skippedBecause, type Tally } from './tally.ts'

/** A ready lab beside the project, and the project's own (the image that tests/lab/build made, or this machine's OpenZFS). */
const BESIDE = '../shared/zfs-lab/lab'
const OWN = 'tests/lab/lab'

/**
 * Boots a lab of our own, runs the tier with ZFS_LAB_CLIENT (the directory of its ssh_config, with hqs8, hqs10, hqs1 and hqs7 in it),
 * and stops it. With ZFS_LAB_CLIENT set already, that lab is used and left running.
 */
export async function withLab(run: (env: Readonly<Record<string, string>>) => Promise<Tally>): Promise<Tally> {
  const given = process.env.ZFS_LAB_CLIENT
  if (given !== undefined) return run({ ZFS_LAB_CLIENT: given })
  const found = findLab()
  if ('wrong' in found) return failedBecause(found.wrong)
  if ('missing' in found) return skippedBecause(found.missing, (await testFiles(['tests/zfs'])).length)
  const { lab } = found
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
    const stopped = Bun.spawnSync([lab, 'stop', name], { stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' })
    // What could not be stopped keeps its files: they say what is still running.
    if (client !== null && stopped.exitCode === 0) rmSync(client, { recursive: true, force: true })
  }
}

/** `wrong`: one was asked for and is not there. `missing`: nobody asked for one and there is none. */
function findLab(): { readonly lab: string } | { readonly wrong: string } | { readonly missing: string } {
  const asked = process.env.ZFS_LAB_DIR
  if (asked !== undefined) {
    const lab = resolve(asked, 'lab')
    return existsSync(lab)
      ? { lab }
      : {
          wrong: `ZFS_LAB_DIR is "${asked}", which has no executable \`lab\` in it (lab start NAME PORT, lab stop NAME).`,
        }
  }
  if (existsSync(BESIDE)) return { lab: resolve(BESIDE) }
  const check = Bun.spawnSync([resolve(OWN), 'check'], { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
  if (check.exitCode === 0) return { lab: resolve(OWN) }
  return {
    missing: `the OpenZFS tier needs a machine with OpenZFS. ${check.stderr.toString().trim()} Or set ZFS_LAB_DIR to the directory of another lab. Nothing about real OpenZFS was proved by this run.`,
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
