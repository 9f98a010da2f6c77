import type { IncidentView, PendingView } from '#lib/api/incidents.ts'
import { counted, durationText } from '#lib/text/words.ts'
import { datasetPage } from '../dataset-row.ts'
import { Icon } from '../icon.tsx'
import { Moment } from '../moment.tsx'

const STATES: Readonly<Record<IncidentView['state'], string>> = {
  PENDING: 'Not told yet',
  FIRING: 'Open',
  FLAPPING: 'Comes and goes',
  ACKED: 'Acknowledged',
  SNOOZED: 'Snoozed',
  SUPPRESSED: 'Paused',
  RESOLVING: 'Seems over',
  RESOLVED: 'Over',
}

/** Word and shape: how bad it is, and where it stands. */
export function IncidentMark({ incident }: { readonly incident: Pick<IncidentView, 'state' | 'severity'> }) {
  const { state, severity } = incident
  const look = state === 'RESOLVED' ? 'healthy' : severity === 'critical' ? 'broken' : 'warning'
  const icon =
    state === 'RESOLVED'
      ? 'check'
      : state === 'ACKED' || state === 'SNOOZED'
        ? 'ack'
        : state === 'SUPPRESSED'
          ? 'pause'
          : severity === 'critical'
            ? 'broken'
            : 'alert'
  return (
    <span class={`status status-${look}`}>
      <Icon name={icon} />
      {STATES[state]}
    </span>
  )
}

export function IncidentTable({
  incidents,
  caption,
}: {
  readonly incidents: readonly IncidentView[]
  readonly caption: string
}) {
  return (
    <div class="card table-card">
      <table class="cards">
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">What</th>
            <th scope="col">Concerns</th>
            <th scope="col">Since</th>
            <th scope="col">Told</th>
          </tr>
        </thead>
        <tbody>
          {incidents.map((incident) => (
            <tr key={incident.id}>
              <td data-label="State">
                <IncidentMark incident={incident} />
              </td>
              <th scope="row" data-label="What">
                <a href={`/incidents/${incident.id}`}>{incident.message === '' ? incident.code : incident.message}</a>
              </th>
              <td data-label="Concerns">
                <Concerns incident={incident} />
              </td>
              <td data-label="Since">
                <Moment at={incident.since} quiet />
                {incident.durationSeconds !== null && (
                  <small class="muted block">for {durationText(incident.durationSeconds)}</small>
                )}
              </td>
              <td data-label="Told">{incident.toldAt === null ? 'no' : <Moment at={incident.toldAt} quiet />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Concerns({
  incident: { datasets, datasetCount, host },
}: {
  readonly incident: Pick<IncidentView, 'datasets' | 'datasetCount' | 'host'>
}) {
  const [only] = datasets
  if (datasetCount === 1 && only !== undefined) return <a href={datasetPage(only.id)}>{only.id}</a>
  if (datasetCount === 0) return <span>{host ?? 'the witness'}</span>
  return (
    <span>
      {counted(datasetCount, 'dataset')}
      {host !== null && ` on ${host}`}
    </span>
  )
}

/** Seen too seldom to be told: it may be gone by the next look. */
export function PendingList({ pending }: { readonly pending: readonly PendingView[] }) {
  if (pending.length === 0) return null
  return (
    <details class="note info">
      <summary>{counted(pending.length, 'thing')} seen out of order, not told yet</summary>
      <p>Told when it is seen twice, or when a warning has lasted long enough.</p>
      <ul>
        {pending.slice(0, 100).map(({ subject, name, message, since, silenced }) => (
          <li key={subject}>
            {name}: {message} (<Moment at={since} quiet />
            {silenced && ', silenced'})
          </li>
        ))}
      </ul>
    </details>
  )
}
