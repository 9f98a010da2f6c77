import { existsSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { runTests, testFiles } from './bun-test.ts'
import { failedBecause, neverGreen, skippedBecause, type Tally } from './tally.ts'

/** A ready lab beside the project, and the project's own (the image that tests/lab/build made, or this machine's OpenZFS). */
const BESIDE = '../shared/zfs-lab/lab'
const OWN = 'tests/lab/lab'
/** How a lab ends that was given a word it does not know. */
const NO_SUCH_WORD = 2

const CONFORMANCE = 'tests/zfs/conformance.test.ts'
/** What `.ci/run` runs of real OpenZFS; the folder is the list. */
const CORE = 'tests/zfs/core/'

/** The files of the OpenZFS tier. Every one below tests/zfs is in exactly one part. */
export async function zfsFiles(part: 'core' | 'rest' | 'conformance'): Promise<readonly string[]> {
  if (part === 'core') return testFiles([CORE])
  if (part === 'rest') return testFiles(['tests/zfs'], [CORE, CONFORMANCE])
  return [CONFORMANCE]
}

/** The parts of the OpenZFS tier, a lab for each. `all` on the command line is every one of them. */
const PARTS = { zfs: 'core', 'zfs-rest': 'rest', conformance: 'conformance' } as const
export const ZFS_TIERS: Readonly<Record<string, () => Promise<Tally>>> = Object.fromEntries(
  Object.entries(PARTS).map(([tier, part]) => [tier, async () => onLab(tier, await zfsFiles(part))]),
)

/** What the core leaves to the other tiers, where these are not run as well: it is neither passed nor skipped. */
export async function notInTheCore(tiers: readonly string[]): Promise<readonly string[]> {
  if (!tiers.includes('zfs')) return []
  const left = Object.entries(PARTS).filter(([tier]) => !tiers.includes(tier))
  return (await Promise.all(left.map(([, part]) => zfsFiles(part)))).flat()
}

/** A lab is emulated and keeps one processor busy, with 1.3 GB of memory; a third would slow the others down. */
const MOST_LABS = Math.min(2, availableParallelism())

async function onLab(title: string, files: readonly string[]): Promise<Tally> {
  return withLabs(files.length, async (clients) => {
    const env = { ZFS_LAB_CLIENT: clients.join(':') }
    const tally = await runTests(title, files, { env, testMinutes: 20, lanes: clients.length })
    return neverGreen(
      tally,
      'tests on real OpenZFS could not run here; the lines above that begin with SKIPPED say why.',
    )
  })
}

/**
 * Boots labs of our own, a lane of tests for each, runs the tier with their client directories (each with an ssh_config that
 * has hqs8, hqs10, hqs1 and hqs7 in it), and stops them. With ZFS_LAB_CLIENT set already (one such directory, or several
 * with `:` in between), those labs are used and left running.
 */
async function withLabs(files: number, run: (clients: readonly string[]) => Promise<Tally>): Promise<Tally> {
  const skip = (why: string): Tally =>
    skippedBecause(
      `the OpenZFS tier needs a machine with OpenZFS. ${why} Nothing about real OpenZFS was proved by this run.`,
      files,
    )
  const given = process.env.ZFS_LAB_CLIENT
  if (given !== undefined) {
    const clients = given.split(':')
    const dead = clients.find((each) => !existsSync(join(each, 'ssh_config')))
    if (dead === undefined) return run(clients)
    return skip(`ZFS_LAB_CLIENT is "${given}", and ${dead} has no ssh_config in it: no lab runs there.`)
  }
  const found = findLab(process.env.ZFS_LAB_DIR)
  if ('missing' in found) return skip(found.missing)
  const labs: OwnLab[] = []
  try {
    while (labs.length < Math.min(MOST_LABS, files)) {
      const own = start(found.lab, labs.length + 1)
      if ('fault' in own) {
        // A machine's own OpenZFS is one lab, and memory may be for one.
        if (labs.length === 0) return failedBecause(own.fault)
        console.log(`Going on with one machine: ${own.fault}`)
        break
      }
      labs.push(own)
    }
    return await run(labs.map(({ client }) => client))
  } finally {
    for (const own of labs) stop(found.lab, own)
  }
}

interface OwnLab {
  readonly name: string
  readonly client: string
}

function start(lab: string, number: number): OwnLab | { readonly fault: string } {
  const name = `zwitness-${process.pid}-${number}`
  const base = freePorts()
  console.log(`Booting a machine with OpenZFS (${lab} start ${name} ${base}) ...`)
  const started = Bun.spawnSync([lab, 'start', name, String(base)], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const said = started.stdout.toString()
  const config = /ssh -F (\S+)/.exec(said)?.[1]
  if (started.exitCode === 0 && config !== undefined) return { name, client: dirname(config) }
  stop(lab, { name, client: null })
  return { fault: `the lab did not start (exit code ${started.exitCode}): ${said}` }
}

/** Not through `command`: that starts nothing more after a Ctrl-C. */
function stop(lab: string, { name, client }: { readonly name: string; readonly client: string | null }): void {
  const stopped = Bun.spawnSync([lab, 'stop', name], { stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' })
  // What could not be stopped keeps its files: they say what is still running.
  if (client !== null && stopped.exitCode === 0) rmSync(client, { recursive: true, force: true })
}

type Found = { readonly lab: string } | { readonly missing: string }

/** `asked`: the directory of the lab that somebody insists on. */
function findLab(asked: string | undefined): Found {
  if (asked !== undefined) {
    const lab = resolve(asked, 'lab')
    if (existsSync(lab)) return usable(lab)
    return {
      missing: `ZFS_LAB_DIR is "${asked}", which has no executable \`lab\` in it (lab start NAME PORT, lab stop NAME).`,
    }
  }
  const first = existsSync(BESIDE) ? usable(resolve(BESIDE)) : null
  if (first !== null && 'lab' in first) return first
  const own = usable(resolve(OWN))
  if ('lab' in own) return own
  return { missing: `${first?.missing ?? own.missing} Or set ZFS_LAB_DIR to the directory of another lab.` }
}

/** Asks the lab itself, where it knows the word `check`; any other lab is a machine in QEMU. */
function usable(lab: string): Found {
  if (Bun.which('ssh') === null) return { missing: 'ssh is missing: apt-get install -y openssh-client.' }
  const check = Bun.spawnSync([lab, 'check'], { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
  if (check.exitCode === 0) return { lab }
  if (check.exitCode !== NO_SUCH_WORD) return { missing: check.stderr.toString().trim() }
  const lacking = ['qemu-system-x86_64', 'zstd'].filter((program) => Bun.which(program) === null)
  if (lacking.length === 0) return { lab }
  return {
    missing: `${lab} needs ${lacking.join(' and ')}: apt-get install -y --no-install-recommends qemu-system-x86 zstd.`,
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
