import { readdirSync, readFileSync } from 'node:fs'

export interface Running {
  readonly pid: number
  /** Its words, with blanks in between. */
  readonly command: string
}

/** Processes whose command line has this text in it. */
export function withCommand(text: string): readonly Running[] {
  return all().filter(({ command }) => command.includes(text))
}

/** Processes of a simulated SAN: whatever a login there has started, however it is called. */
export function onSan(directory: string): readonly Running[] {
  const mark = `\0ZWITNESS_SIM_DIR=${directory}\0`
  return all().filter(({ pid }) => `\0${read(`/proc/${pid}/environ`)}`.includes(mark))
}

function all(): readonly Running[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map((name) => ({ pid: Number(name), command: read(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim() }))
    .filter(({ pid, command }) => command !== '' && pid !== process.pid)
}

/** Empty for a process that has ended meanwhile, or that is not ours to read. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** The ssh processes here that carry a send or a receive, of the witness with this data directory. */
export function transferSsh(data: string, kind: 'send' | 'receive'): readonly Running[] {
  // The words of the remote command are quoted one by one.
  const words = new RegExp(`\\bzfs\\W+${kind}\\b`)
  return withCommand(`${data}/ssh/config`).filter(({ command }) => words.test(command))
}

/** SIGKILL to the one process that is meant. @throws where there is none, or more than one */
export function killOnly(found: readonly Running[]): void {
  const [one, ...others] = found
  if (one === undefined || others.length > 0)
    throw new Error(`One process was to be killed, ${found.length} are there: ${found.map(({ command }) => command)}`)
  process.kill(one.pid, 'SIGKILL')
}
