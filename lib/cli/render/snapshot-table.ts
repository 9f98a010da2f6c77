import type { SnapshotView } from '../api-types.ts'
import { agoText } from '../duration.ts'
import type { Output } from '../output.ts'

export function snapshotTable(out: Output, rows: readonly SnapshotView[], now: number): void {
  out.table(
    [
      { title: 'STATE' },
      { title: 'CREATED' },
      { title: 'AGE', align: 'right' },
      { title: 'PRIMARY' },
      { title: 'BACKUP' },
      { title: 'HOLDS', align: 'right' },
      { title: 'BOOKMARK' },
      { title: 'GUID' },
    ],
    rows.map(({ state, createdAt, primary, backup, bookmark, guid }) => [
      state,
      createdAt,
      agoText(createdAt, now),
      primary?.name ?? '-',
      backup?.name ?? '-',
      `${primary?.holds ?? '-'}/${backup?.holds ?? '-'}`,
      bookmark ?? '-',
      guid,
    ]),
  )
}

/** Fields of `show --snapshots --plain`. */
export function snapshotRecord({ guid, state, createdAt, primary, backup, bookmark }: SnapshotView): (string | null)[] {
  return [guid, state, createdAt, primary?.name ?? null, backup?.name ?? null, bookmark]
}
