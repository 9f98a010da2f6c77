import { splitBatch } from '#lib/ssh/batch-run.ts'
import type { BatchOptions, BatchResult, CommandResult, RemoteCommand, RemoteFault } from '#lib/ssh/types.ts'
import type { VirtualClock } from './clock.ts'
import { runCommand } from './command.ts'
import { type FaultBook, remoteFault, type Wrong } from './faults.ts'
import type { BedHost } from './host.ts'

/** How long a login and one answer take, in ms of virtual time. */
const LOGIN_MS = 40
const RETRY_MS = 2000

/** What lib/ssh makes of a batch, with the commands run in this process. */
export async function batch(
  host: BedHost,
  faults: FaultBook,
  clock: VirtualClock,
  commands: readonly RemoteCommand[],
  options: BatchOptions,
): Promise<BatchResult> {
  const startedAt = clock.now()
  const results = new Map<string, CommandResult>()
  const end = (fault: RemoteFault | null, running: string | null = null): BatchResult => ({
    host: host.id,
    results,
    fault,
    running,
    durationMs: clock.now() - startedAt,
  })
  // As lib/ssh: what belongs in one line is refused where it does not fit, and sent to nobody.
  if (options.toTheEnd === true && splitBatch(commands).length > 1) return end(remoteFault(host.id, 'local'))
  const lines = commands.map(({ argv }) => argv.join(' '))
  for (let tries = 1; ; tries++) {
    await clock.sleep(LOGIN_MS, options.signal)
    if (options.signal?.aborted) return end(remoteFault(host.id, 'cancelled'))
    const wrong: Wrong | null = host.up ? faults.take(host.id, 'batch', lines) : { kind: 'connect', as: 'unreachable' }
    if (wrong?.kind !== 'connect') {
      const running: { id: string | null } = { id: null }
      const fault = await session(host, clock, { commands, wrong, options, results, running })
      return end(fault, fault === null ? null : running.id)
    }
    const fault = remoteFault(host.id, wrong.as)
    if (!fault.retryable || tries >= (options.tries ?? 3)) return end(fault)
    await clock.sleep(RETRY_MS * tries, options.signal)
  }
}

interface Session {
  readonly commands: readonly RemoteCommand[]
  readonly wrong: Wrong | null
  readonly options: BatchOptions
  readonly results: Map<string, CommandResult>
  readonly running: { id: string | null }
}

async function session(host: BedHost, clock: VirtualClock, { commands, wrong, options, results, running }: Session) {
  const startedAt = clock.now()
  let ended = 0
  const one = async (command: RemoteCommand): Promise<RemoteFault | null> => {
    if (options.signal?.aborted) return remoteFault(host.id, 'cancelled')
    running.id = command.id
    if ((wrong?.kind === 'cut' || wrong?.kind === 'half-open') && ended >= wrong.after) {
      if (wrong.kind === 'cut' && wrong.ran === true) await runCommand(command.argv, host)
      return remoteFault(host.id, 'lost')
    }
    if (wrong?.kind === 'hang' && ended >= wrong.after) {
      await clock.sleep(options.silenceMs ?? 60_000, options.signal)
      return remoteFault(host.id, options.signal?.aborted ? 'cancelled' : 'timeout')
    }
    if (wrong?.kind === 'endless' && wrong.command.test(command.argv.join(' '))) {
      const leftMs = (options.timeoutMs ?? 15 * 60_000) - (clock.now() - startedAt)
      await clock.sleep(Math.min(command.limitMs ?? leftMs, leftMs), options.signal)
      return remoteFault(host.id, options.signal?.aborted ? 'cancelled' : 'too-slow')
    }
    host.running++
    const answer = await answerTo(command.argv, host, wrong).finally(() => host.running--)
    if (answer.exitCode === null) return remoteFault(host.id, 'lost')
    if (wrong?.kind === 'lost-end') return remoteFault(host.id, 'lost')
    ended++
    results.set(command.id, { id: command.id, ...answer, exitCode: answer.exitCode })
    if (answer.exitCode === 0) return null
    for (const next of command.onFailure ?? []) {
      const fault = await one(next)
      if (fault !== null) return fault
    }
    return null
  }
  for (const [index, command] of commands.entries()) {
    const fault = await one(command)
    if (fault !== null) {
      // The client is gone and the line goes on to its end; where the first word did not run, it was the SAN that stopped.
      if (options.toTheEnd && wrong?.kind === 'cut' && wrong.ran === true) await rest(host, commands.slice(index + 1))
      return fault
    }
    if (options.toTheEnd && results.get(command.id)?.exitCode !== 0) return null
  }
  return null
}

async function rest(host: BedHost, commands: readonly RemoteCommand[]): Promise<void> {
  for (const { argv } of commands) {
    if ((await runCommand(argv, host)).exitCode !== 0) return
  }
}

async function answerTo(argv: readonly string[], host: BedHost, wrong: Wrong | null) {
  if (wrong?.kind === 'refuse' && argv[0] !== 'date')
    return { exitCode: wrong.exitCode, stdout: '', stderr: `${wrong.stderr}\n` }
  const answer = await runCommand(argv, host)
  if (wrong?.kind === 'noise') return { ...answer, stderr: `${answer.stderr}${wrong.stderr}\n` }
  if (wrong?.kind === 'says') return { ...answer, stdout: answer.stdout.replace(wrong.what, wrong.instead) }
  if (wrong?.kind === 'garble' && answer.stdout.length > 0) {
    const at = wrong.at % answer.stdout.length
    return { ...answer, stdout: `${answer.stdout.slice(0, at)}\u0000${answer.stdout.slice(at + 1)}` }
  }
  return answer
}
