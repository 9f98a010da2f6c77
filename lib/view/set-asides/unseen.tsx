import type { UnseenView } from '#lib/api/set-asides.ts'
import { datasetPage } from '../dataset-row.ts'

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
