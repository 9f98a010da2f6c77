import type { LookFault } from '#lib/replication/types/inventory.ts'
import type { OutputReader } from '#lib/ssh/batch-output.ts'
import type { BatchResult, CommandResult, RemoteCommand } from '#lib/ssh/types.ts'
import { classifyZfs } from '#lib/zfs/faults.ts'
import { datasetFault, lookFault } from './host-fault.ts'

/** A group of names asked for in one command, and one by one in the same session where that command fails. */
export interface Group {
  readonly id: string
  readonly names: readonly string[]
}

export function groupCommand(group: Group, argv: (names: readonly string[]) => readonly string[]): RemoteCommand {
  const command = { id: group.id, argv: argv(group.names) }
  if (group.names.length === 1) return command
  return {
    ...command,
    onFailure: group.names.map((name, index) => ({ id: `${group.id}.${index}`, argv: argv([name]) })),
  }
}

/** What was answered for some of a group's names: an output that ended well, or why there is none. */
export type Answer =
  | { readonly names: readonly string[]; readonly output: string; readonly reader?: OutputReader }
  | { readonly names: readonly string[]; readonly missing: true }
  | { readonly names: readonly string[]; readonly badProperty: true }
  | { readonly names: readonly string[]; readonly fault: LookFault }

/**
 * The answers to a group: the whole group's output when its command ended with 0, else one for each name by itself, so
 * that one missing dataset blinds no other. A command whose end was not seen says nothing of any of its names.
 * @param readers by id, of the commands that had one
 */
export function groupAnswers(batch: BatchResult, group: Group, readers: Readers = new Map()): readonly Answer[] {
  const { host } = batch
  const whole = batch.results.get(group.id)
  if (whole === undefined) return [{ names: group.names, fault: noEnd(batch) }]
  if (whole.exitCode === 0 || group.names.length === 1) return [answer(host, group.names, whole, readers)]
  if (classifyZfs(whole.stderr)?.kind === 'bad-property') return [{ names: group.names, badProperty: true }]
  return group.names.map((name, index) => {
    const single = batch.results.get(`${group.id}.${index}`)
    return single === undefined ? { names: [name], fault: noEnd(batch) } : answer(host, [name], single, readers)
  })
}

type Readers = ReadonlyMap<string, OutputReader>

function answer(host: string, names: readonly string[], result: CommandResult, readers: Readers): Answer {
  const reader = readers.get(result.id)
  if (result.exitCode === 0) return { names, output: result.stdout, ...(reader === undefined ? {} : { reader }) }
  const fault = classifyZfs(result.stderr)
  // With rows before it the message is of a dataset below that went during the listing: a part, and no answer.
  const nothing = result.stdout === ''
  if (nothing && (fault?.kind === 'dataset-missing' || fault?.kind === 'pool-missing')) return { names, missing: true }
  if (fault?.kind === 'bad-property') return { names, badProperty: true }
  const text = fault?.text ?? `the listing ended with code ${result.exitCode} and said nothing`
  return {
    names,
    fault: datasetFault(host, fault?.kind ?? 'unrecognised', `${host} could not list ${namesOf(names)}: ${text}`),
  }
}

function namesOf(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`
}

function noEnd(batch: BatchResult): LookFault {
  return batch.fault === null
    ? datasetFault(batch.host, 'lost', `${batch.host} ended the session before it had listed everything.`)
    : lookFault(batch.fault)
}

/** Ended well, or failed for nothing but names that are not there. */
export function isAnswer({ exitCode, stderr }: CommandResult): boolean {
  if (exitCode === 0) return true
  const lines = stderr.split('\n').filter((line) => line !== '')
  return exitCode === 1 && lines.length > 0 && lines.every((line) => line.endsWith('dataset does not exist'))
}
