import type { CommandOutcome } from '#lib/engine/ports.ts'
import type { HostCommand } from '#lib/replication/types/plan.ts'
import type { BatchOptions, BatchResult, CommandResult, Ssh } from '#lib/ssh/types.ts'
import { showable } from '#lib/text/clean.ts'
import { classifyZfs } from '#lib/zfs/faults.ts'

/** Characters of what a line of commands says: as much as one of them may. */
const MOST_SAID = 64 * 1024

/** One short command, sent once: whether it may be sent again only a new look can say. */
export async function runCommand(ssh: Ssh, command: HostCommand, options: BatchOptions): Promise<CommandOutcome> {
  const batch = await ssh.batch(command.host, [{ id: 'command', argv: command.argv }], { ...options, tries: 1 })
  const result = batch.results.get('command')
  return result === undefined ? unknownEnd(batch) : outcomeOf(batch.host, result)
}

/** Commands of one host in one line; the outcome is that of the first one that failed, or of the last. */
export async function runSequence(
  ssh: Ssh,
  commands: readonly HostCommand[],
  options: BatchOptions,
): Promise<CommandOutcome> {
  const host = commands[0]?.host
  if (host === undefined || commands.some((command) => command.host !== host))
    throw new RangeError('A line of commands has at least one, and all of one host.')
  const named = commands.map(({ argv }, index) => ({ id: `${index}`, argv }))
  const batch = await ssh.batch(host, named, { ...options, tries: 1, toTheEnd: true })
  let stderr = ''
  for (const { id } of named) {
    const result = batch.results.get(id)
    if (result === undefined) return unknownEnd(batch)
    stderr = `${stderr}${result.stderr === '' ? '' : `${result.stderr}\n`}`.slice(-MOST_SAID)
    if (result.exitCode !== 0) return outcomeOf(host, result)
  }
  return { ok: true, exitCode: 0, stderr, fault: null }
}

function unknownEnd(batch: BatchResult): CommandOutcome {
  const fault = batch.fault ?? {
    kind: 'lost',
    host: batch.host,
    message: `${batch.host} did not say how the command ended.`,
    stderrTail: '',
    retryable: true,
  }
  const { kind, host, message, stderrTail, retryable } = fault
  return { ok: false, exitCode: null, stderr: stderrTail, fault: { kind, host, message, stderrTail, retryable } }
}

function outcomeOf(host: string, { exitCode, stderr }: CommandResult): CommandOutcome {
  if (exitCode === 0) return { ok: true, exitCode: 0, stderr, fault: null }
  const said = classifyZfs(stderr)
  return {
    ok: false,
    exitCode,
    stderr,
    fault: {
      kind: said?.kind ?? 'unrecognised',
      host,
      message: said?.text ?? `The command ended with code ${exitCode} and said nothing.`,
      stderrTail: showable(stderr),
      retryable: said?.retryable ?? false,
    },
  }
}
