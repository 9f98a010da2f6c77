import type { Config } from '#config/effective.ts'
import type { BookChange, Store } from '#lib/db/types.ts'
import type { DatasetView } from '#lib/engine/types.ts'
import type { Draft } from '#lib/incidents/tell.ts'
import type { Incident } from '#lib/incidents/types.ts'
import type { Message } from '#lib/notify/message.ts'
import { localTime } from '#lib/text/zoned-time.ts'
import { decisionNote, reportNote } from './notes.ts'
import { digestOf } from './summary.ts'

// What is told by the calendar, or once for each of something: for which day, month or dataset it was is in the database.

/** The protection report in words, and as a file. */
type ReportText = Required<Pick<Message, 'title' | 'paragraphs' | 'attachment'>>

interface Parts {
  readonly store: Pick<Store, 'toldFor'>
  readonly config: () => Config
  readonly report: (now: number) => Promise<ReportText>
  /** What waits for nothing but a person's word. */
  readonly decisions: () => readonly DatasetView['dataset'][]
}

type ToldFor = NonNullable<BookChange['toldFor']>[number]

interface Due {
  readonly drafts: readonly Draft[]
  readonly toldFor: readonly ToldFor[]
}

/** In the morning of its day, when people read. */
const REPORT_MINUTE = 7 * 60

/** All of it that is due now. `decisions`: whether a check has ended since the last time. */
export async function dueNow(
  parts: Parts,
  incidents: readonly Incident[],
  { at, decisions }: { readonly at: number; readonly decisions: boolean },
): Promise<Due> {
  const all = [
    await digest(parts, incidents, at),
    await report(parts, at),
    decisions ? await asked(parts, at) : NOTHING,
  ]
  return { drafts: all.flatMap((each) => each.drafts), toldFor: all.flatMap((each) => each.toldFor) }
}

const NOTHING: Due = { drafts: [], toldFor: [] }

/** Once a day, after its time; after a night off it is made up for. */
async function digest({ store, config }: Parts, incidents: readonly Incident[], at: number): Promise<Due> {
  const { digestAt } = config().notifications
  if (digestAt === null) return NOTHING
  const { day, minute } = localTime(at, config().scheduler.timezone)
  if (minute < digestAt || (await store.toldFor('digest')) === String(day)) return NOTHING
  const draft = digestOf(incidents, at)
  return { drafts: draft === null ? [] : [draft], toldFor: [{ what: 'digest', moment: String(day) }] }
}

/** On the Monday of each week, or on the first of each month; made up for when the witness was off then. */
async function report({ store, config, report: make }: Parts, at: number): Promise<Due> {
  const { report: wanted } = config().notifications
  if (wanted === null) return NOTHING
  const { day, minute } = localTime(at, config().scheduler.timezone)
  const moment = wanted.every === 'week' ? String(Math.floor((day + 3) / 7)) : monthOf(day)
  const before = await store.toldFor('report')
  if (before === moment) return NOTHING
  // The first one comes with the next period: a new witness has nothing to report yet.
  if (before === null) return { drafts: [], toldFor: [{ what: 'report', moment }] }
  if (minute < REPORT_MINUTE) return NOTHING
  return { drafts: [reportNote(await make(at), at)], toldFor: [{ what: 'report', moment }] }
}

/** Days since 1970 → `2026-12`. */
function monthOf(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 7)
}

/** Datasets that wait for a person and did not before: told once, all in one message. */
async function asked({ store, decisions }: Parts, at: number): Promise<Due> {
  const waiting = decisions()
  const before: readonly string[] = JSON.parse((await store.toldFor('decisions')) ?? '[]')
  const fresh = waiting.filter(({ id }) => !before.includes(id))
  const now = JSON.stringify(waiting.map(({ id }) => id).toSorted())
  if (now === JSON.stringify(before)) return NOTHING
  return { drafts: fresh.length === 0 ? [] : [decisionNote(fresh, at)], toldFor: [{ what: 'decisions', moment: now }] }
}
