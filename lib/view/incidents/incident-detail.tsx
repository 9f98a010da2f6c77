import type { IncidentDetailView } from '#lib/api/incidents.ts'
import { durationText } from '#lib/text/words.ts'
import { Fault, Field, PostForm } from '../access/form-parts.tsx'
import { datasetPage } from '../dataset-row.ts'
import { RoleNote } from '../layout.tsx'
import { mayAct } from '../may-act.ts'
import { Moment } from '../moment.tsx'
import { usePage } from '../page-facts.ts'
import { IncidentMark } from './incident-list.tsx'

interface Props {
  readonly incident: IncidentDetailView
  readonly csrf: string
  readonly fault?: string | null
}

/** One incident: what it is, whom it concerns, what happened, what was sent, and what one can say about it. */
export function IncidentPage({ incident, csrf, fault = null }: Props) {
  const { severity, code, message, action } = incident
  return (
    <>
      <p class="crumbs">
        <a href="/incidents">Incidents</a>
      </p>
      <h1>{message === '' ? code : message}</h1>
      <p class="row">
        <IncidentMark incident={incident} />
        <a href={`/docs/reasons#${code}`}>
          <code>{code}</code>
        </a>
        <span>{severity === 'critical' ? 'critical' : 'warning'}</span>
      </p>
      {action !== null && <p>{action}</p>}
      <Facts incident={incident} />
      {incident.resolvedAt === null && <AckForm incident={incident} csrf={csrf} fault={fault} />}
      <Datasets incident={incident} />
      <Timeline incident={incident} />
    </>
  )
}

function Facts({ incident }: { readonly incident: IncidentDetailView }) {
  const { since, resolvedAt, durationSeconds, ack, nextReminderAt, relapses } = incident
  return (
    <dl class="facts card">
      <dt>Since</dt>
      <dd>
        <Moment at={since} as="minute" />
      </dd>
      {resolvedAt !== null && (
        <>
          <dt>Over</dt>
          <dd>
            <Moment at={resolvedAt} as="minute" />
            {durationSeconds !== null && `, after ${durationText(durationSeconds)}`}
          </dd>
          <dt>Ended by</dt>
          <dd>
            <Ended incident={incident} />
          </dd>
        </>
      )}
      {relapses > 0 && (
        <>
          <dt>Came back</dt>
          <dd>{relapses === 1 ? 'once' : `${relapses} times`}, each time within a day</dd>
        </>
      )}
      {ack !== null && (
        <>
          <dt>Acknowledged</dt>
          <dd>
            by {ack.by}, <Moment at={ack.at} quiet />
            {ack.until !== null && (
              <>
                , until <Moment at={ack.until} as="minute" quiet />
              </>
            )}
            {ack.reason !== null && `: ${ack.reason}`}
          </dd>
        </>
      )}
      {nextReminderAt !== null && (
        <>
          <dt>Next reminder</dt>
          <dd>
            <Moment at={nextReminderAt} as="minute" quiet />
          </dd>
        </>
      )}
    </dl>
  )
}

function Ended({ incident: { endedBy } }: { readonly incident: IncidentDetailView }) {
  if (endedBy?.kind === 'run')
    return (
      <>
        <a href={`/runs/${endedBy.runId}`}>repair {endedBy.runId}</a> by {endedBy.by}
      </>
    )
  if (endedBy?.kind === 'removed') return <>it is watched no longer</>
  return <>{endedBy?.kind === 'moved' ? 'it got worse, and is another incident' : 'itself'}</>
}

function AckForm({ incident, csrf, fault }: Required<Props>) {
  const may = mayAct(usePage().role, 'operator')
  if (!may) return <RoleNote />
  const acked = incident.ack !== null
  return (
    <section class="card stack" aria-labelledby="ack">
      <h2 id="ack">{acked ? 'Somebody knows' : 'I know of it'}</h2>
      <Fault text={fault} />
      {acked ? (
        <PostForm action={`/incidents/${incident.id}/unack`} csrf={csrf}>
          <button type="submit">Take it back</button>
        </PostForm>
      ) : (
        <PostForm action={`/incidents/${incident.id}/ack`} csrf={csrf}>
          <p>No more is told of it but its end, and that it got worse.</p>
          <label class="field">
            <span>For</span>
            <select name="hours">
              <option value="">until it is over</option>
              <option value="4">4 hours</option>
              <option value="24">a day</option>
              <option value="168">a week</option>
            </select>
          </label>
          <Field label="Reason" name="reason" required={false} hint="For those who come later." />
          <button type="submit">Acknowledge</button>
        </PostForm>
      )}
    </section>
  )
}

function Datasets({ incident: { datasets, datasetCount } }: { readonly incident: IncidentDetailView }) {
  if (datasetCount === 0) return null
  return (
    <section aria-labelledby="datasets">
      <h2 id="datasets">Datasets</h2>
      <ul class="plain-list">
        {datasets.map(({ id, primary, backup }) => (
          <li key={id}>
            <a href={datasetPage(id)}>{id}</a>{' '}
            <span class="muted mono">
              {primary.host}:{primary.dataset} → {backup.host}:{backup.dataset}
            </span>
          </li>
        ))}
      </ul>
      {datasetCount > datasets.length && <p class="muted">and {datasetCount - datasets.length} more</p>}
    </section>
  )
}

/** What happened and what was sent, in one order. */
function Timeline({ incident: { timeline, messages } }: { readonly incident: IncidentDetailView }) {
  return (
    <>
      <section aria-labelledby="timeline">
        <h2 id="timeline">What happened</h2>
        <ol class="plain-list">
          {timeline.map(({ at, text }) => (
            <li key={`${at} ${text}`}>
              <Moment at={at} as="minute" quiet /> {text}
            </li>
          ))}
        </ol>
      </section>
      <section aria-labelledby="messages">
        <h2 id="messages">What was sent</h2>
        <SentMessages messages={messages} />
      </section>
    </>
  )
}

const SENT: Readonly<Record<IncidentDetailView['messages'][number]['state'], string>> = {
  WAITING: 'waits',
  SENT: 'sent',
  MERGED: 'in a summary',
  OUTDATED: 'overtaken',
  REFUSED: 'refused',
  NO_CHANNEL: 'channel gone',
}

export function SentMessages({ messages }: { readonly messages: IncidentDetailView['messages'] }) {
  if (messages.length === 0) return <p class="empty">Nothing was sent.</p>
  return (
    <div class="card table-card">
      <table class="cards">
        <caption class="visually-hidden">Messages, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Message</th>
            <th scope="col">Channel</th>
            <th scope="col">State</th>
            <th scope="col">Written</th>
          </tr>
        </thead>
        <tbody>
          {messages.map(({ id, channel, state, title, at, error }) => (
            <tr key={`${id} ${channel}`}>
              <th scope="row" data-label="Message">
                {title}
              </th>
              <td data-label="Channel">{channel}</td>
              <td data-label="State">
                {SENT[state]}
                {error !== null && <small class="muted block">{error}</small>}
              </td>
              <td data-label="Written">
                <Moment at={at} quiet />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
