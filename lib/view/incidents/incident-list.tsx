import type { IncidentView, PendingView } from '#lib/api/incidents.ts'
import { durationText } from '#lib/text/words.ts'
import { datasetPage } from '../dataset-row.ts'
import { Moment } from '../moment.tsx'
import { Said } from '../said.tsx'
import { IncidentMark, IncidentState, placeOf, subjectOf } from './incident-words.tsx'

interface Props {
  readonly incidents: readonly IncidentView[]
  readonly caption: string
  /** Is there anybody to tell? Else it is not said whether it was. */
  readonly isTold: boolean
}

export function IncidentTable({ incidents, caption, isTold }: Props) {
  return (
    <div class="card table-card">
      <table class="cards incidents">
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">What</th>
            <th scope="col">Since</th>
            {isTold && <th scope="col">Told</th>}
          </tr>
        </thead>
        <tbody>
          {incidents.map((incident) => (
            <tr key={incident.id}>
              <td data-label="State">
                <span class="stack-xs">
                  <IncidentMark incident={incident} />
                  <IncidentState state={incident.state} />
                </span>
              </td>
              <th scope="row" data-label="What">
                <a href={`/incidents/${incident.id}`}>{subjectOf(incident)}</a>{' '}
                <span class="muted">{placeOf(incident)}</span>
                <p>
                  <Said
                    text={incident.message === '' ? 'It went out of order and back several times.' : incident.message}
                  />
                </p>
              </th>
              <td data-label="Since">
                <Moment at={incident.since} quiet />
                {incident.durationSeconds !== null && (
                  <small class="muted block">for {durationText(incident.durationSeconds)}</small>
                )}
              </td>
              {isTold && (
                <td data-label="Told">
                  {incident.toldAt !== null ? (
                    <Moment at={incident.toldAt} quiet />
                  ) : incident.state === 'FIRING' ? (
                    'soon'
                  ) : (
                    'no'
                  )}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const MOST = 100

/** Seen too seldom to be told: it may be gone by the next look. */
export function PendingList({ pending }: { readonly pending: readonly PendingView[] }) {
  if (pending.length === 0) return null
  const more = pending.length - MOST
  return (
    <details class="card pending">
      <summary>
        {pending.length === 1 ? '1 more is out of order' : `${pending.length} more are out of order`}, but not told yet
      </summary>
      <p class="muted">Each is told when it was seen twice, a warning when it has lasted long enough.</p>
      <ul class="stack-s">
        {pending.slice(0, MOST).map(({ subject, name, message, since, severity, silenced }) => (
          <li key={subject}>
            <IncidentMark incident={{ state: 'PENDING', severity }} />{' '}
            {subject.startsWith('dataset:') ? (
              <a href={datasetPage(subject.slice('dataset:'.length))}>{name}</a>
            ) : (
              <b>{name}</b>
            )}
            {silenced && (
              <>
                {' '}
                <IncidentState state="SUPPRESSED" />
              </>
            )}
            <p>
              <Said text={message} />{' '}
              <small class="muted">
                since <Moment at={since} quiet />
              </small>
            </p>
          </li>
        ))}
      </ul>
      {more > 0 && <p class="muted">and {more} more</p>}
    </details>
  )
}
