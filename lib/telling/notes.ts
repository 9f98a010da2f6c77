import type { ConfigFault } from '#config/effective.ts'
import type { RunRecord } from '#lib/db/types.ts'
import type { DatasetView } from '#lib/engine/types.ts'
import type { Draft } from '#lib/incidents/tell.ts'
import type { Message } from '#lib/notify/message.ts'
import { counted, someOf } from '#lib/text/words.ts'
import { plainMessage } from './summary.ts'

// What happened and is no trouble: for channels that list such events.

/** Something that happened, and is no trouble. */
function noteOf(facts: Pick<Message, 'event' | 'title' | 'paragraphs' | 'path' | 'at'> & Partial<Message>): Draft {
  return {
    message: { ...plainMessage({ ...facts, since: facts.since ?? null }), ...facts },
    rank: facts.severity ?? 'info',
  }
}

/** A repair that begins or has succeeded; null: neither. */
export function repairNote(run: RunRecord, view: DatasetView | null): Draft | null {
  const begins = run.state === 'RUNNING'
  const succeeded = run.state === 'SUCCEEDED' || run.state === 'SUCCEEDED_WITH_WARNINGS'
  if (view === null || (!begins && !succeeded)) return null
  const { id, config } = view.dataset
  const by =
    run.trigger.type === 'schedule' || run.trigger.type === 'internal' ? 'the witness itself' : run.trigger.actor
  return noteOf({
    event: begins ? 'repair.started' : 'repair.succeeded',
    title: `[REPAIR ${begins ? 'STARTED' : 'SUCCEEDED'}] ${id}`,
    paragraphs: [
      begins ? `Repair #${run.id} was asked for by ${by}.` : (run.outcome ?? `Repair #${run.id} succeeded.`),
    ],
    path: `/runs/${run.id}`,
    at: begins ? (run.startedAt ?? run.queuedAt) : (run.finishedAt ?? run.queuedAt),
    runId: String(run.id),
    pairs: [config.pair],
    datasets: [named(view.dataset)],
    datasetCount: 1,
  })
}

type Reloaded =
  | { readonly ok: true; readonly changed: boolean; readonly warnings: readonly ConfigFault[] }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] }

/** The configuration was reloaded, or refused. Its faults stay where they are: they may quote what was written. */
export function reloadNote(result: Reloaded, by: string, at: number): Draft {
  const common = { path: '/config', at }
  if (result.ok)
    return noteOf({
      ...common,
      event: 'config.reloaded',
      title: '[CONFIG] reloaded',
      paragraphs: [`${by} had the configuration reloaded${result.changed ? '' : '; nothing has changed'}.`],
    })
  return noteOf({
    ...common,
    event: 'config.invalid',
    severity: 'warning',
    title: `[CONFIG] not reloaded: ${counted(result.faults.length, 'fault')}`,
    paragraphs: [`${by} wanted the configuration reloaded. It is not valid; the one before it stays in force.`],
  })
}

/** Datasets whose repair waits for nothing but a person's word. */
export function decisionNote(datasets: readonly DatasetView['dataset'][], at: number): Draft {
  const [first] = datasets
  const count = datasets.length
  return noteOf({
    event: 'repair.needs_confirmation',
    severity: 'warning',
    title: `[DECIDE] ${count === 1 ? first?.id : counted(count, 'dataset')}: a repair waits for your word`,
    paragraphs: [
      'Is the primary the one to follow? Then its backup may be set aside and the chain goes on; nothing is destroyed.',
      `${counted(count, 'dataset')}: ${someOf(
        datasets.map(({ id }) => id),
        count,
        20,
      )}.`,
    ],
    path: '/adopt',
    at,
    pairs: [...new Set(datasets.map(({ config }) => config.pair))],
    datasets: datasets.slice(0, 50).map(named),
    datasetCount: count,
  })
}

function named({ id, mapping: { primary, backup } }: DatasetView['dataset']): Message['datasets'][number] {
  return { id, primary: `${primary.host}:${primary.dataset}`, backup: `${backup.host}:${backup.dataset}` }
}

/** The protection report, by mail. */
export function reportNote(text: Pick<Message, 'title' | 'paragraphs' | 'attachment'>, at: number): Draft {
  return noteOf({ ...text, event: 'report', path: '/report', at })
}

/** The witness begins or ends its work. */
export function lifeNote(event: 'witness.started' | 'witness.stopping', at: number): Draft {
  const begins = event === 'witness.started'
  return noteOf({
    event,
    title: `[WITNESS] ${begins ? 'started' : 'stopping'}`,
    paragraphs: [begins ? 'The witness is at work.' : 'The witness ends; until it is back nobody looks.'],
    path: '/',
    at,
  })
}
