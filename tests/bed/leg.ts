import type { Leg, LegOutcome, RemoteFault } from '#lib/ssh/types.ts'
import type { CommandEnd } from './command.ts'
import { remoteFault, type Wrong } from './faults.ts'

/** How a leg's connection went, beside what its command did. */
export interface LegLink {
  /** The connection died: the end of the command was not seen. */
  lost: boolean
  /** It could not be made at all. */
  refused: RemoteFault | null
}

export function outcomeOf(leg: Leg, end: CommandEnd | null, link: LegLink, wrong: Wrong | null): LegOutcome {
  const { host } = leg
  if (end === null) return { host, started: false, exitCode: null, stderr: '', fault: link.refused }
  const noise = wrong?.kind === 'noise' ? `${wrong.stderr}\n` : ''
  const stderr = withoutProgress(`${end.stderr}${noise}`)
  const about = { host, started: true, stderr }
  if (link.lost || wrong?.kind === 'lost-end')
    return { ...about, exitCode: null, fault: remoteFault(host, 'lost', `The connection to ${host} was lost.`) }
  // What a shell says of a command that was killed.
  const exitCode = end.exitCode ?? 137
  return { ...about, exitCode, fault: exitCode === 0 ? null : commandFault(leg, exitCode, stderr) }
}

function commandFault(leg: Leg, exitCode: number, stderr: string): RemoteFault {
  const message = `\`${leg.argv.slice(0, 2).join(' ')}\` on ${leg.host} ended with ${exitCode}.`
  const retryable = exitCode > 128 && exitCode < 160
  return { ...remoteFault(leg.host, 'command', message), stderrTail: stderr, exitCode, retryable }
}

/** The lines of `zfs send -v -P` that lib/ssh takes out. */
function withoutProgress(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => !/^(full|incremental|size)\t|^\d\d:\d\d:\d\d\t/.test(line))
    .join('\n')
}
