import { z } from 'zod'
import type { Silence } from '#lib/engine/silence.ts'
import type { DatasetView } from '#lib/engine/types.ts'
import { warnDelaySeconds } from '#lib/replication/judge/rhythm.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Reason as Judged } from '#lib/replication/types/reason.ts'
import { severityOf } from '#lib/text/ranks.ts'
import { iso, isoOrNull } from '#lib/text/words.ts'
import {
  type CursorKey,
  datasetHref,
  decodeCursor,
  describedEnum,
  encodeCursor,
  previewHref,
  runsOfHref,
  SnapshotRef,
  snapshotRefOrNull,
  Timestamp,
} from './fields.ts'
import { AutomaticRepair, automaticView } from './plan.ts'
import { Activity, Health, ReasonCode, Severity, Status } from './words.ts'

const MainReason = z
  .object({
    code: ReasonCode,
    message: z.string().describe('One sentence for a person. Holds names from the SANs: escape it on output.'),
    action: z.string().nullable().describe('The next step, one sentence; null where nothing is to be done.'),
    destructive: z.boolean().describe('True when the repair on offer would destroy something.'),
  })
  .meta({ id: 'MainReason', description: 'The worst reason of a dataset.' })

export const Reason = z
  .object({
    code: ReasonCode,
    severity: Severity,
    message: z.string(),
    action: z.string().nullable(),
    evidence: z.record(z.string(), z.unknown()).describe('What was seen; its fields depend on the code.'),
  })
  .meta({ id: 'Reason', description: 'One reason with its evidence.' })

export type ReasonFull = z.input<typeof Reason>

function mainReason(reason: Judged, plan: Plan | null): z.input<typeof MainReason> {
  const { code, message, action } = reason
  return { code, message, action, destructive: (plan?.destroys.length ?? 0) > 0 }
}

export function reasonView({ code, severity, message, action, evidence }: Judged): z.input<typeof Reason> {
  return { code, severity, message, action, evidence: { ...evidence } }
}

/** All that the reasons say, for what is shown below them. */
export function textsOf(reasons: readonly Judged[]): readonly string[] {
  return reasons.flatMap(({ message, action }) => (action === null ? [message] : [message, action]))
}

const Place = z
  .object({ host: z.string(), dataset: z.string() })
  .meta({ id: 'Place', description: 'A dataset on a SAN.' })

const SilenceOrigin = describedEnum<Uppercase<Silence['origin']>>('SilenceOrigin', 'Where it comes from.', {
  CONFIG: 'The configuration: `paused: true`.',
  PERSON: "This dataset's own.",
  MAINTENANCE: 'One of many, of which this dataset is one; `maintenance` says which.',
})

const OfMany = z
  .object({
    id: z.string(),
    about: z
      .string()
      .describe('What it is for, in words.')
      .meta({ examples: ['SAN hqs7'] }),
  })
  .meta({ id: 'MaintenanceRef', description: 'A pause or an acknowledgement of many.' })

const Paused = z
  .object({
    until: Timestamp.nullable().describe('Null: until somebody resumes it.'),
    by: z.string().nullable().describe('Null when the configuration says so (`paused: true`).'),
    at: Timestamp.nullable().describe('Since when; null when the configuration says so.'),
    reason: z.string().nullable(),
    origin: SilenceOrigin,
    maintenance: OfMany.nullable(),
  })
  .meta({ id: 'Paused', description: 'No repair starts by itself while a dataset is paused; checks go on.' })

const Acknowledged = z
  .object({
    by: z.string(),
    at: Timestamp,
    until: Timestamp.nullable(),
    reason: z.string().nullable(),
    origin: SilenceOrigin,
    maintenance: OfMany.nullable(),
  })
  .meta({ id: 'Acknowledged', description: 'Somebody knows; alarms are quiet, the status stays.' })

const Behind = z
  .object({
    snapshots: z.number().int(),
    bytes: z.number().int().nullable().describe('Null when there is no estimate.'),
    bytesAreEstimate: z.boolean(),
  })
  .meta({ id: 'Behind', description: 'Eligible snapshots newer than the newest common one.' })

export const DatasetSummary = z
  .object({
    id: z.string().meta({ examples: ['hqs10-hqs7.HQS10DAT1'] }),
    name: z.string().describe('The primary dataset without its pool.'),
    pair: z.object({ name: z.string(), primary: Place, backup: Place }),
    status: Status,
    health: Health,
    activity: Activity,
    reason: MainReason,
    delaySeconds: z
      .number()
      .nullable()
      .describe('How late the oldest missing snapshot is; the status is judged by it.'),
    lagSeconds: z.number().nullable().describe('Age of the newest common snapshot: what would be lost now.'),
    warnDelaySeconds: z.number(),
    maxDelaySeconds: z.number(),
    behind: Behind.nullable(),
    newestCommon: SnapshotRef.nullable(),
    newestPrimary: SnapshotRef.nullable(),
    newestBackup: SnapshotRef.nullable(),
    checkedAt: Timestamp.nullable().describe('Last look that saw both sides; null: never.'),
    stale: z.boolean().describe('The last look is older than two intervals.'),
    since: Timestamp.nullable().describe('Since when the status is what it is.'),
    autoRepair: z.boolean().describe('As configured; `automatic` says what comes of it now.'),
    automatic: AutomaticRepair.nullable().describe('Null: not known before the next check.'),
    dryRun: z.boolean().describe('The configuration forbids every write for this dataset.'),
    retired: z.boolean().describe('Gone on the primary; its backup is kept.'),
    parentId: z.string().nullable().describe('Id of the `recursive` mapping that it belongs to.'),
    paused: Paused.nullable(),
    ack: Acknowledged.nullable(),
    activeRunId: z.string().nullable(),
    queuePosition: z.number().int().nullable().describe('1 is next; null when nothing waits.'),
    links: z.object({ self: z.string(), preview: z.string(), runs: z.string() }),
  })
  .meta({ id: 'DatasetSummary', description: 'One monitored dataset.' })

export type DatasetSummaryView = z.input<typeof DatasetSummary>

/** `now` (epoch ms) decides whether a pause or an acknowledgement is still in force. */
export function datasetSummary(view: DatasetView, now: number): DatasetSummaryView {
  const { dataset, verdict } = view
  const { id, mapping, config, parentId, retired } = dataset
  return {
    id,
    name: nameOf(mapping.primary.dataset),
    pair: { name: config.pair, primary: { ...mapping.primary }, backup: { ...mapping.backup } },
    status: view.status,
    health: verdict.health,
    activity: view.activity,
    reason: mainReason(verdict.reason, view.plan),
    delaySeconds: verdict.delaySeconds,
    lagSeconds: verdict.lagSeconds,
    warnDelaySeconds: warnDelaySeconds(config.policy, view.state?.memory.rhythm),
    maxDelaySeconds: config.policy.maxDelaySeconds,
    behind: verdict.behind && { ...verdict.behind, bytesAreEstimate: true },
    newestCommon: snapshotRefOrNull(verdict.newestCommon),
    newestPrimary: snapshotRefOrNull(verdict.newestPrimary),
    newestBackup: snapshotRefOrNull(verdict.newestBackup),
    checkedAt: isoOrNull(view.checkedAt),
    stale: view.stale,
    since: isoOrNull(view.since),
    autoRepair: config.policy.autoRepair,
    automatic: view.plan === null ? null : automaticView(view.plan.automatic, [verdict.reason.message]),
    dryRun: config.policy.dryRun,
    retired,
    parentId,
    paused: pausedView(view.pause, now),
    ack: ackView(view.ack, now),
    activeRunId: view.activeRun === null ? null : String(view.activeRun.id),
    queuePosition: view.queuePosition,
    links: { self: datasetHref(id), preview: previewHref(id), runs: runsOfHref(id) },
  }
}

/** `hqs10p1/vm/disk0` → `vm/disk0`; a pool's root keeps its name. */
export function nameOf(dataset: string): string {
  return dataset.slice(dataset.indexOf('/') + 1)
}

function pausedView(pause: Silence | null, now: number): z.input<typeof Paused> | null {
  if (pause === null || isOver(pause, now)) return null
  return { ...silenceView(pause), by: pause.by, at: isoOrNull(pause.at) }
}

function ackView(ack: Silence | null, now: number): z.input<typeof Acknowledged> | null {
  // Somebody always says so, and at some time: the configuration cannot.
  if (ack === null || isOver(ack, now) || ack.by === null || ack.at === null) return null
  return { ...silenceView(ack), by: ack.by, at: iso(ack.at) }
}

function silenceView({ until, reason, origin, maintenance }: Silence) {
  return {
    until: isoOrNull(until),
    reason,
    origin: origin.toUpperCase() as Uppercase<Silence['origin']>,
    maintenance: maintenance && { id: String(maintenance.id), about: maintenance.about },
  }
}

function isOver({ until }: Silence, now: number): boolean {
  return until !== null && until <= now
}

interface DatasetFilter {
  readonly status?: readonly string[]
  readonly pair?: string
  readonly reason?: readonly string[]
  /** Text that id, datasets, hosts, pair or the reason's sentence hold, whatever the case. */
  readonly q?: string
}

const SORT_FIELDS = ['severity', 'delay', 'lag', 'name', 'pair', 'checkedAt'] as const
type Field = (typeof SORT_FIELDS)[number]
/** `-` is descending: `-severity` shows the worst first. */
type SortWord = Field | `-${Field}`
export const SORT_WORDS: readonly SortWord[] = SORT_FIELDS.flatMap((field) => [field, `-${field}` as const])
export const DEFAULT_SORT: readonly SortWord[] = ['-severity', '-delay', 'name']

const KEY: Readonly<Record<Field, (row: DatasetSummaryView) => string | number | null>> = {
  severity: (row) => severityOf(row.health),
  delay: (row) => row.delaySeconds,
  lag: (row) => row.lagSeconds,
  name: (row) => row.name,
  pair: (row) => row.pair.name,
  checkedAt: (row) => row.checkedAt,
}

export function filterDatasets(rows: readonly DatasetSummaryView[], filter: DatasetFilter): DatasetSummaryView[] {
  const { status, pair, reason } = filter
  const wanted = filter.q?.trim().toLowerCase() ?? ''
  return rows.filter(
    (row) =>
      (!status?.length || status.includes(row.status)) &&
      (pair === undefined || row.pair.name === pair) &&
      (!reason?.length || reason.includes(row.reason.code)) &&
      (wanted === '' || textOf(row).includes(wanted)),
  )
}

function textOf({ id, pair, reason }: DatasetSummaryView): string {
  const { primary, backup } = pair
  return [id, pair.name, primary.host, primary.dataset, backup.host, backup.dataset, reason.message]
    .join('\n')
    .toLowerCase()
}

/** One page in the order asked for. The cursor holds the last row's sort key, so rows that come or go between two pages shift nothing. */
export function pageOfDatasets(
  rows: readonly DatasetSummaryView[],
  { sort, limit, cursor }: { readonly sort: readonly SortWord[]; readonly limit: number; readonly cursor?: string },
): { readonly items: DatasetSummaryView[]; readonly nextCursor: string | null } {
  const list = `datasets ${sort.join()}`
  const compare = comparatorOf(sort)
  const keyed = rows.map((row) => ({ row, key: keyOf(row, sort) })).sort((a, b) => compare(a.key, b.key))
  const after = cursor === undefined ? null : decodeCursor(list, sort.length + 1, cursor)
  const rest = after === null ? keyed : keyed.filter(({ key }) => compare(key, after) > 0)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(({ row }) => row),
    nextCursor: last && rest.length > limit ? encodeCursor(list, last.key) : null,
  }
}

/** The id at the end makes the order total. */
function keyOf(row: DatasetSummaryView, sort: readonly SortWord[]): CursorKey {
  return [...sort.map((word) => KEY[word.replace('-', '') as Field](row)), row.id]
}

function comparatorOf(sort: readonly SortWord[]): (a: CursorKey, b: CursorKey) => number {
  const signs = [...sort.map((word) => (word.startsWith('-') ? -1 : 1)), 1]
  return (a, b) => {
    for (const [at, sign] of signs.entries()) {
      const difference = compareValues(a[at] ?? null, b[at] ?? null, sign)
      if (difference !== 0) return difference
    }
    return 0
  }
}

/** Not known comes last in either direction. */
function compareValues(a: CursorKey[number], b: CursorKey[number], sign: number): number {
  if (a === b) return 0
  if (a === null) return 1
  if (b === null) return -1
  return (a < b ? -1 : 1) * sign
}
