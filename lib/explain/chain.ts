import type { DatasetSummaryView } from '#lib/api/dataset-summary.ts'
import type { SnapshotView } from '#lib/api/snapshots.ts'
import { field, wrapped } from './lines.ts'

const SHOWN = 12

/** How the two histories meet: the newest on each side by guid, how many of each kind, and the last few one by one. */
export function chainLines(dataset: DatasetSummaryView, snapshots: readonly SnapshotView[] | null): readonly string[] {
  const { newestCommon, newestPrimary, newestBackup } = dataset
  const known = (ref: DatasetSummaryView['newestCommon']): string =>
    ref === null ? 'none known' : `@${ref.name}, ${ref.createdAt}, guid ${ref.guid}`
  return [
    ...field('Newest common', known(newestCommon)),
    ...field('Newest primary', known(newestPrimary)),
    ...field('Newest backup', known(newestBackup)),
    ...(snapshots === null ? ['  Neither side could be listed.'] : listed(snapshots)),
  ]
}

const WORDS: Readonly<Record<string, string>> = {
  BOTH: 'both',
  PRIMARY: 'primary only',
  BACKUP: 'backup only',
  CLASH: 'name clash',
  UNKNOWN: 'other side unknown',
}

function listed(snapshots: readonly SnapshotView[]): readonly string[] {
  const counts = Object.entries(WORDS).flatMap(([state, word]) => {
    const count = snapshots.filter((row) => row.state === state).length
    return count === 0 ? [] : [`${count} ${word}`]
  })
  if (snapshots.length === 0) return ['  No snapshot on either side.']
  const left = snapshots.length - SHOWN
  return [
    ...field('Snapshots', counts.join(', ')),
    ...snapshots
      .slice(0, SHOWN)
      .flatMap(({ state, name, createdAt, guid }) =>
        wrapped(`${(WORDS[state] ?? state).padEnd(13, '.')} ${createdAt} @${name} guid ${guid}`, '    ', '      '),
      ),
    ...(left > 0 ? [`    and ${left} older`] : []),
  ]
}
