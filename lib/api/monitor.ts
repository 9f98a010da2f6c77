import { z } from 'zod'
import type { Config } from '#config/effective.ts'
import type { DatasetView, Engine } from '#lib/engine/types.ts'
import { warnDelaySeconds } from '#lib/replication/judge/rhythm.ts'
import type { Side } from '#lib/replication/types/inventory.ts'
import { availability } from '#lib/replication/windows.ts'
import { iso, isoOrNull, isoSeconds } from '#lib/text/words.ts'
import { nameOf } from './dataset-summary.ts'
import { Timestamp } from './fields.ts'
import { Health, ReasonCode, Status } from './words.ts'

/*
 * Everything that a check plugin asks, in one small answer: a thousand datasets are read in one go, and nothing is looked
 * at for it.
 */

const MonitoredDataset = z
  .object({
    id: z.string(),
    name: z.string().describe('The primary dataset without its pool.'),
    pair: z.string(),
    primary: z.string().describe('Id of the SAN.'),
    backup: z.string().describe('Id of the SAN.'),
    status: Status,
    health: Health.describe('Also while a repair runs. Older than two intervals: UNKNOWN, or BROKEN as it was.'),
    reason: z.object({ code: ReasonCode, message: z.string().describe('Holds names from the SANs.') }),
    silenced: z
      .enum(['PAUSED', 'ACKNOWLEDGED'])
      .nullable()
      .describe('Somebody knows, or has paused it: no alarm is wanted.'),
    delaySeconds: z.number().nullable(),
    warnDelaySeconds: z.number(),
    maxDelaySeconds: z.number(),
    retired: z.boolean().describe('Gone on the primary and checked no more; its parent tells of it.'),
    stale: z.boolean().describe('The last check is older than two intervals.'),
    checkedAt: Timestamp.nullable(),
    newestCommonAt: Timestamp.nullable().describe('When the newest snapshot was taken that both sides hold.'),
    backupSnapshots: z
      .number()
      .int()
      .nullable()
      .describe('How many the backup holds; null: this process has not read it.'),
    oldestBackupAt: Timestamp.nullable().describe('When the oldest of them was taken; null: none, or not read.'),
  })
  .meta({ id: 'MonitoredDataset', description: 'A dataset as a check plugin needs it.' })

const MonitoredHost = z
  .object({
    id: z.string(),
    reachable: z.boolean().nullable().describe('Null: nobody has looked yet.'),
    plannedOffline: z.boolean().describe('The configuration (`online`) does not expect it to answer now.'),
    checkedAt: Timestamp.nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'MonitoredHost', description: 'A SAN as a check plugin needs it.' })

export const Monitor = z
  .object({ datasets: z.array(MonitoredDataset), hosts: z.array(MonitoredHost), asOf: Timestamp })
  .meta({ id: 'Monitor', description: 'What a check plugin asks.' })

export type MonitorView = z.input<typeof Monitor>

interface Parts {
  readonly engine: Pick<Engine, 'datasets' | 'seen' | 'hosts'>
  readonly config: Pick<Config, 'hosts' | 'scheduler'>
  /** Epoch ms. */
  readonly now: number
}

export function monitorView({ engine, config, now }: Parts): MonitorView {
  return {
    datasets: engine.datasets().map((view) => datasetView(view, engine.seen(view.dataset.id)?.backup)),
    hosts: engine.hosts().map(({ id, reachable, checkedAt, fault }) => {
      const online = config.hosts.get(id)?.online ?? { kind: 'always' as const }
      return {
        id,
        reachable,
        plannedOffline: availability(online, now, config.scheduler.timezone).kind === 'planned-off',
        checkedAt: isoOrNull(checkedAt),
        error: fault?.message ?? null,
      }
    }),
    asOf: iso(now),
  }
}

function datasetView(view: DatasetView, backup: Side | undefined): MonitorView['datasets'][number] {
  const { dataset, verdict, status, stale, checkedAt, ack, pause } = view
  const snapshots = backup?.state === 'present' ? backup.snapshots : null
  const oldest = snapshots?.reduce((least, { creation }) => Math.min(least, creation), Number.POSITIVE_INFINITY)
  return {
    id: dataset.id,
    name: nameOf(dataset.mapping.primary.dataset),
    pair: dataset.config.pair,
    primary: dataset.mapping.primary.host,
    backup: dataset.mapping.backup.host,
    status,
    health: verdict.health,
    reason: { code: verdict.reason.code, message: verdict.reason.message },
    silenced: ack !== null ? 'ACKNOWLEDGED' : pause !== null ? 'PAUSED' : null,
    delaySeconds: verdict.delaySeconds,
    warnDelaySeconds: warnDelaySeconds(dataset.config.policy, view.state?.memory.rhythm),
    maxDelaySeconds: dataset.config.policy.maxDelaySeconds,
    retired: dataset.retired,
    stale,
    checkedAt: isoOrNull(checkedAt),
    newestCommonAt: verdict.newestCommon === null ? null : isoSeconds(verdict.newestCommon.creation),
    backupSnapshots: snapshots?.length ?? (backup?.state === 'missing' ? 0 : null),
    oldestBackupAt: oldest === undefined || !Number.isFinite(oldest) ? null : isoSeconds(oldest),
  }
}
