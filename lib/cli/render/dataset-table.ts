import type { DatasetSummaryView } from '../api-types.ts'
import { bytesText } from '../bytes.ts'
import { agoText, durationOrUnknown } from '../duration.ts'
import type { Output } from '../output.ts'
import { paint, type Text } from '../text.ts'
import { statusSign, statusWord } from './status-style.ts'

export function datasetTable(out: Output, rows: readonly DatasetSummaryView[], now: number): void {
  out.table(
    [
      { title: '' },
      { title: 'STATUS' },
      { title: 'DATASET' },
      { title: 'DELAY', align: 'right' },
      { title: 'LAG', align: 'right' },
      { title: 'BEHIND' },
      { title: 'CHECKED' },
      { title: 'REASON' },
    ],
    rows.map((row) => [
      statusSign(row.status),
      statusWord(row.status),
      row.id,
      durationOrUnknown(row.delaySeconds),
      durationOrUnknown(row.lagSeconds),
      behindText(row),
      row.stale ? paint('yellow', agoText(row.checkedAt, now)) : agoText(row.checkedAt, now),
      reasonText(row),
    ]),
  )
}

/** Fields of `datasets --plain`, in this order. */
export function datasetRecord(row: DatasetSummaryView): (string | number | null)[] {
  const { primary, backup } = row.pair
  return [
    row.id,
    row.status,
    row.reason.code,
    row.delaySeconds,
    row.lagSeconds,
    row.behind?.snapshots ?? null,
    row.behind?.bytes ?? null,
    `${primary.host}:${primary.dataset}`,
    `${backup.host}:${backup.dataset}`,
    row.checkedAt,
  ]
}

export function behindText({ behind }: Pick<DatasetSummaryView, 'behind'>): string {
  if (behind === null) return '?'
  if (behind.snapshots === 0) return '0'
  const size = behind.bytes === null ? '' : `, ${behind.bytesAreEstimate ? '~' : ''}${bytesText(behind.bytes)}`
  return `${behind.snapshots}${size}`
}

function reasonText({ reason, paused, ack, retired }: DatasetSummaryView): Text {
  const marks = [paused === null ? '' : 'paused', ack === null ? '' : 'acknowledged', retired ? 'retired' : '']
  const shown = marks.filter((mark) => mark !== '').join(', ')
  return shown === '' ? reason.message : [paint('dim', `(${shown}) `), reason.message]
}
