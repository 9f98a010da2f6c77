import type { SetAsideView, UnseenView } from '#lib/api/set-asides.ts'
import { bytesText } from '#lib/text/words.ts'
import { datasetPage } from '../dataset-row.ts'
import { MomentOr } from '../moment.tsx'

const ROLES: Readonly<Record<SetAsideView['role'], string>> = {
  ASIDE: 'set aside by a repair',
  NEXT: 'a clone not swapped in',
  INCOMING: 'a seed not swapped in',
}

export function SetAsideTable({ items }: { readonly items: readonly SetAsideView[] }) {
  return (
    <div class="card table-card">
      <table class="cards">
        <caption class="visually-hidden">What repairs moved out of the way and kept</caption>
        <thead>
          <tr>
            <th scope="col">On the SAN</th>
            <th scope="col">What it is</th>
            <th scope="col">Made</th>
            <th scope="col" class="num">
              Frees
            </th>
            <th scope="col">Snapshots</th>
            <th scope="col">By</th>
          </tr>
        </thead>
        <tbody>
          {items.map((aside) => (
            <tr key={`${aside.host} ${aside.guid}`}>
              <th scope="row" data-label="On the SAN">
                <span class="mono">
                  {aside.host}:{aside.name}
                </span>
                <br />
                beside <a href={datasetPage(aside.datasetId)}>{aside.backupDataset}</a>
              </th>
              <td data-label="What it is">
                {ROLES[aside.role]}
                {aside.keepBecause !== null && (
                  <small class="muted block">The script leaves it alone: {aside.keepBecause}</small>
                )}
                {aside.pins !== null && (
                  <small class="muted block">
                    pins <span class="mono">{aside.pins}</span>
                  </small>
                )}
              </td>
              <td data-label="Made">
                <MomentOr at={aside.madeAt} none="not known" quiet />
              </td>
              <td data-label="Frees" class="num">
                {bytesText(aside.usedBytes)}
              </td>
              <td data-label="Snapshots">
                {aside.snapshots}
                {aside.heldSnapshots > 0 && ` (${aside.heldSnapshots} held)`}
              </td>
              <td data-label="By">
                {aside.madeBy === null ? (
                  'not known'
                ) : (
                  <>
                    <a href={`/runs/${aside.madeBy.runId}`}>run {aside.madeBy.runId}</a> {aside.madeBy.actor}
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Datasets that could not be read: not known is not "none". */
export function UnseenNote({ unseen }: { readonly unseen: readonly UnseenView[] }) {
  if (unseen.length === 0) return null
  return (
    <details class="note warn">
      <summary>
        Of {unseen.length} {unseen.length === 1 ? 'dataset' : 'datasets'} nothing is known: not read
      </summary>
      <ul>
        {unseen.map(({ datasetId, host, because }) => (
          <li key={datasetId}>
            <a href={datasetPage(datasetId)}>{datasetId}</a> on {host}: {because}
          </li>
        ))}
      </ul>
    </details>
  )
}
