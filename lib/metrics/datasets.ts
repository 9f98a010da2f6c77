import type { DatasetView, Engine } from '#lib/engine/types.ts'
import { warnDelaySeconds } from '#lib/replication/judge/rhythm.ts'
import type { Side } from '#lib/replication/types/inventory.ts'
import type { Status } from '#lib/replication/types/reason.ts'
import type { Verdict } from '#lib/replication/types/verdict.ts'
import { type Exposition, labelText, one, seconds } from './text.ts'

/** Every dataset has a series for each, also for those that it is not. */
const STATUSES: readonly Status[] = ['HEALTHY', 'WARNING', 'BROKEN', 'REPAIRING', 'UNKNOWN']

/** What is counted of a dataset from one question to the next. */
interface Counted {
  /** Bytes that repairs of it brought over since the process began. */
  bytesOf(datasetId: string): number
  /** Epoch ms; null: none that is on record. */
  lastRepairOf(datasetId: string): number | null
}

/** A dataset as Prometheus names it: in full, or by its id alone where that is enough to join it. */
interface Named {
  readonly view: DatasetView
  readonly full: string
  readonly id: string
}

/** All that is said of datasets. Of what is not known of one there is no series. */
export function datasetGauges(
  to: Exposition,
  views: readonly DatasetView[],
  { engine, counted }: { readonly engine: Pick<Engine, 'seen'>; readonly counted: Counted },
): void {
  const all: readonly Named[] = views.map((view) => {
    const { id, mapping } = view.dataset
    return {
      view,
      full: labelText({ dataset: id, primary: mapping.primary.host, backup: mapping.backup.host }),
      id: labelText({ dataset: id }),
    }
  })
  states(to, all)
  delays(to, all)
  snapshots(to, all, engine)
  checks(to, all)
  repairs(to, all, counted)
}

function states(to: Exposition, all: readonly Named[]): void {
  const status = to.gauge(
    'zwitness_dataset_status',
    'The status of a dataset: 1 for the one that it has, 0 for the others.',
  )
  const reason = to.gauge('zwitness_dataset_reason', 'Always 1: the code of the main reason for the status.')
  const paused = to.gauge('zwitness_dataset_paused', '1 while a dataset is paused: no repair of it starts by itself.')
  const acknowledged = to.gauge(
    'zwitness_dataset_acknowledged',
    '1 while somebody has acknowledged the state of a dataset.',
  )
  for (const { view, full, id } of all) {
    for (const each of STATUSES) status.add(`${full},status="${each}"`, one(view.status === each))
    reason.add(`${id},reason="${view.verdict.reason.code}"`, 1)
    paused.add(id, one(view.pause !== null))
    acknowledged.add(id, one(view.ack !== null))
  }
}

function delays(to: Exposition, all: readonly Named[]): void {
  const since = to.gauge(
    'zwitness_dataset_behind_since_timestamp_seconds',
    'Since when a backup has been behind; 0: nothing is missing. time() minus it is the delay that the status is judged by.',
  )
  const most = to.gauge('zwitness_dataset_max_delay_seconds', 'The delay beyond which a dataset is BROKEN.')
  const warn = to.gauge('zwitness_dataset_warn_delay_seconds', 'The delay beyond which a dataset is WARNING.')
  const behind = to.gauge('zwitness_dataset_behind_snapshots', 'Snapshots that the backup still has to get.')
  const bytes = to.gauge('zwitness_dataset_behind_bytes', 'The same in bytes, an estimate.')
  for (const { view, full, id } of all) {
    const { verdict, dataset, state } = view
    since.add(full, behindSince(verdict))
    most.add(id, dataset.config.policy.maxDelaySeconds)
    warn.add(id, warnDelaySeconds(dataset.config.policy, state?.memory.rhythm))
    behind.add(id, verdict.behind?.snapshots)
    bytes.add(id, verdict.behind?.bytes)
  }
}

/**
 * Epoch seconds by the witness's clock, also where the primary dated it by another; 0: nothing is missing; null: not known.
 * The delay of the last check counts on from there, as the judge counts it.
 */
function behindSince({
  delaySeconds,
  behind,
  judgedAt,
}: Pick<Verdict, 'delaySeconds' | 'behind' | 'judgedAt'>): number | null {
  if (delaySeconds === null) return null
  if (delaySeconds === 0 && (behind?.snapshots ?? 0) === 0) return 0
  return Math.floor(judgedAt / 1000) - delaySeconds
}

function snapshots(to: Exposition, all: readonly Named[], engine: Pick<Engine, 'seen'>): void {
  const common = to.gauge(
    'zwitness_dataset_newest_common_snapshot_timestamp_seconds',
    'The recovery point: when the newest snapshot was taken that both sides hold.',
  )
  const primary = to.gauge(
    'zwitness_dataset_newest_primary_snapshot_timestamp_seconds',
    'When the newest snapshot of the primary was taken.',
  )
  const backup = to.gauge(
    'zwitness_dataset_newest_backup_snapshot_timestamp_seconds',
    'When the newest snapshot of the backup was taken.',
  )
  const count = to.gauge('zwitness_dataset_snapshots', 'Snapshots that a side holds.')
  for (const { view, full, id } of all) {
    const { newestCommon, newestPrimary, newestBackup } = view.verdict
    common.add(full, newestCommon?.creation)
    primary.add(full, newestPrimary?.creation)
    backup.add(full, newestBackup?.creation)
    const seen = engine.seen(view.dataset.id)
    count.add(`${id},side="primary"`, countOf(seen?.primary))
    count.add(`${id},side="backup"`, countOf(seen?.backup))
  }
}

/** Null: nobody has counted them. */
function countOf(side: Side | undefined): number | null {
  return side?.state === 'present' ? side.snapshots.length : null
}

function checks(to: Exposition, all: readonly Named[]): void {
  const at = to.gauge('zwitness_dataset_last_check_timestamp_seconds', 'When a dataset was checked last.')
  const success = to.gauge('zwitness_dataset_last_check_success', '1: the last check saw both sides.')
  for (const { view, id } of all) {
    const verdict = view.state?.verdict ?? null
    at.add(id, seconds(verdict?.judgedAt))
    success.add(id, verdict === null ? null : one(verdict.looked))
  }
}

function repairs(to: Exposition, all: readonly Named[], counted: Counted): void {
  const last = to.gauge(
    'zwitness_dataset_last_repair_success_timestamp_seconds',
    'When a repair of a dataset succeeded last, as far as its newest runs say.',
  )
  const moved = to.counter('zwitness_transfer_bytes_total', 'Bytes that repairs of a dataset brought over.')
  const left = to.gauge(
    'zwitness_transfer_bytes_remaining',
    'Only while a transfer is under way: bytes that are still to come, an estimate.',
  )
  const byte = to.gauge(
    'zwitness_transfer_last_byte_timestamp_seconds',
    'Only while a transfer is under way: when its last byte came, or when its run began where none has come.',
  )
  for (const { view, full, id } of all) {
    last.add(id, seconds(counted.lastRepairOf(view.dataset.id)))
    moved.add(full, counted.bytesOf(view.dataset.id))
    const progress = view.activeRun?.progress
    if (view.activeRun?.state !== 'RUNNING' || progress?.phase !== 'transferring') continue
    const { bytesTotal, bytesDone, lastByteAt } = progress
    left.add(id, bytesTotal === null ? null : Math.max(0, bytesTotal - bytesDone))
    byte.add(id, seconds(lastByteAt ?? view.activeRun.startedAt))
  }
}
