import type { DatasetDetailView } from '#lib/api/dataset-detail.ts'
import { Moment } from '../moment.tsx'

/** The newest snapshot of each side and the newest that both have, with their times. */
export function Newest({ detail }: { readonly detail: DatasetDetailView }) {
  const { primary, backup } = detail.pair
  const lines = [
    [`Newest on ${primary.host}`, detail.newestPrimary],
    [`Newest on ${backup.host}`, detail.newestBackup],
    ['Newest common', detail.newestCommon],
  ] as const
  return (
    <section class="card" aria-label="Newest snapshots">
      <table class="cards">
        <caption>
          <h3>Newest snapshots</h3>
        </caption>
        <tbody>
          {lines.map(([words, ref]) => (
            <tr key={words}>
              <th scope="row">{words}</th>
              <td class="mono">{ref === null ? '–' : `@${ref.name}`}</td>
              <td>{ref === null ? 'none seen' : <Moment at={ref.createdAt} as="second" />}</td>
              <td>{ref !== null && <Moment at={ref.createdAt} quiet />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
