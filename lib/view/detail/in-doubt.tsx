import type { DatasetDetailView } from '#lib/api/dataset-detail.ts'
import { datasetPage } from '../dataset-row.ts'
import { Moment } from '../moment.tsx'

/** On the page of a dataset: perhaps its primary is the one that is wrong. What to do first, what is left, and where a person decides. */
export function InDoubt({ detail }: { readonly detail: DatasetDetailView }) {
  if (detail.inDoubt.length === 0) return null
  const { primary, backup } = detail.pair
  return (
    <section aria-labelledby="in-doubt" class="stack-s">
      <div class="note bad" role="note">
        <div class="stack-xs">
          <h2 id="in-doubt">Perhaps {backup.host} has the only good copy</h2>
          <p>
            Delete nothing on {backup.host}, and look at {primary.host} first. Nothing is set aside or seeded again by
            itself until a person has decided.
          </p>
          <p>
            <a class="button" href={`${datasetPage(detail.id)}/adopt`}>
              Read and decide
            </a>
          </p>
        </div>
      </div>
      <OnlyOnBackup detail={detail} />
    </section>
  )
}

interface Held {
  readonly count: number
  readonly snapshots: readonly { readonly name: string; readonly guid: string; readonly creation: number }[]
}

/** Snapshots that no one but the backup has any more. */
export function OnlyOnBackup({ detail, open }: { readonly detail: DatasetDetailView; readonly open?: boolean }) {
  const lost = detail.reasons.find(({ code }) => code === 'PRIMARY_LOST_HISTORY')
  if (lost === undefined) return null
  const held = lost.evidence.onlyOnBackup as Held | null
  const { host } = detail.pair.backup
  if (held === null)
    return <p class="muted">What only {host} has is not known: one of the two sides was not read at the last check.</p>
  if (held.count === 0) return <p class="muted">{host} has no snapshot that the primary lacks.</p>
  const more = held.count - held.snapshots.length
  return (
    <details class="card" open={open === true || held.count <= 5}>
      <summary>
        {held.count === 1 ? '1 snapshot is' : `${held.count} snapshots are`} only on {host}
      </summary>
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">Snapshot</th>
            <th scope="col">Taken</th>
            <th scope="col">guid</th>
          </tr>
        </thead>
        <tbody>
          {held.snapshots.map(({ name, guid, creation }) => (
            <tr key={guid}>
              <td class="mono">@{name}</td>
              <td>
                <Moment at={creation * 1000} as="second" quiet />
              </td>
              <td class="mono subtle">{guid}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && (
        <p class="muted">
          The last row is the oldest; {more} between are left out.{' '}
          <a href={`${datasetPage(detail.id)}?span=all&differences=1#chain`}>The chain</a> and{' '}
          <code>zwitness show {detail.id} --snapshots</code> list all.
        </p>
      )}
    </details>
  )
}
