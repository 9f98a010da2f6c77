import { z } from 'zod'
import type { ControlRecord } from '#lib/db/types.ts'
import type { DatasetView } from '#lib/engine/types.ts'
import { warnDelaySeconds } from '#lib/replication/judge/rhythm.ts'
import { iso, isoOrNull } from '#lib/text/words.ts'
import { datasetHref, previewHref, runsOfHref } from './hrefs.ts'
import { AutomaticRepair, automaticView } from './plan.ts'
import { MainReason, mainReason } from './reason.ts'
import { SnapshotRef, snapshotRefOrNull } from './snapshot-ref.ts'
import { Activity, Health, Status } from './status-words.ts'
import { Timestamp } from './time.ts'

const Place = z
  .object({ host: z.string(), dataset: z.string() })
  .meta({ id: 'Place', description: 'A dataset on a SAN.' })

const Paused = z
  .object({
    until: Timestamp.nullable().describe('Null: until somebody resumes it.'),
    by: z.string().nullable().describe('Null when the configuration says so (`paused: true`).'),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Paused', description: 'No repair starts by itself while a dataset is paused; checks go on.' })

const Acknowledged = z
  .object({ by: z.string(), at: Timestamp, until: Timestamp.nullable(), reason: z.string().nullable() })
  .meta({ id: 'Acknowledged', description: 'Somebody knows; alarms are quiet, the status stays.' })

export const Behind = z
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

function pausedView(pause: DatasetView['pause'], now: number): z.input<typeof Paused> | null {
  if (pause === null) return null
  if (pause.origin === 'config') return { until: null, by: null, reason: 'paused in the configuration' }
  if (isOver(pause, now)) return null
  return { until: isoOrNull(pause.until), by: pause.by, reason: pause.reason }
}

function ackView(ack: ControlRecord | null, now: number): z.input<typeof Acknowledged> | null {
  if (ack === null || isOver(ack, now)) return null
  return { by: ack.by, at: iso(ack.at), until: isoOrNull(ack.until), reason: ack.reason }
}

function isOver(control: ControlRecord, now: number): boolean {
  return control.until !== null && control.until <= now
}
