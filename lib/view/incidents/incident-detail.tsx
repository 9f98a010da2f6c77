import type { IncidentDetailView } from '#lib/api/incidents.ts'
import { counted, durationText } from '#lib/text/words.ts'
import { Fault, Field, PostForm } from '../access/form-parts.tsx'
import { datasetPage } from '../dataset-row.ts'
import { RoleNote } from '../layout.tsx'
import { mayAct } from '../may-act.ts'
import { Moment } from '../moment.tsx'
import { usePage } from '../page-facts.ts'
import { Said } from '../said.tsx'
import { IncidentMark, IncidentState, placeOf, subjectOf } from './incident-words.tsx'
import { SentMessages } from './sent-messages.tsx'

interface Props {
  readonly incident: IncidentDetailView
  /** Where its code is explained; null: it is none of a dataset. */
  readonly explained: string | null
  /** How many channels there are: without any nobody is told. */
  readonly channels: number
  readonly csrf: string
  readonly fault?: string | null
}

/** One incident: what it is, whom it concerns, what happened, what was sent, and what one can say about it. */
export function IncidentPage({ incident, explained, channels, csrf, fault = null }: Props) {
  const { code, kind, message, action, state } = incident
  const subject = subjectOf(incident)
  return (
    <>
      <header class="stack-s">
        <nav class="crumbs" aria-label="Where you are">
          <ol>
            <li>
              <a href="/incidents">Incidents</a>
            </li>
            <li aria-current="page">{subject}</li>
          </ol>
        </nav>
        <h1 class="name">{subject}</h1>
        <p class="row">
          <IncidentMark incident={incident} badge />
          <IncidentState state={state} />
          {placeOf(incident) !== '' && <span>{placeOf(incident)}</span>}
          {explained === null ? (
            <code>{code}</code>
          ) : (
            <a href={explained}>
              <code>{code}</code>
            </a>
          )}
        </p>
      </header>
      <section class="card stack-s" aria-label="What it is">
        {message !== '' && (
          <p class="lead">
            <Said text={message} />
          </p>
        )}
        {action !== null && (
          <p>
            <Said text={action} />
          </p>
        )}
        {kind === 'witness' && (
          <p>
            <a href="/notifications">Channels, and what was sent</a>
          </p>
        )}
        <Facts incident={incident} channels={channels} />
      </section>
      {state !== 'RESOLVED' && <AckForm incident={incident} csrf={csrf} fault={fault} />}
      <Datasets incident={incident} />
      <Timeline incident={incident} channels={channels} />
      <section class="stack-s" aria-labelledby="messages">
        <h2 id="messages">Messages</h2>
        <SentMessages
          messages={incident.messages}
          none={
            channels === 0
              ? 'None: there is no channel, so nobody is told.'
              : 'None yet. What is to be told is written within a minute.'
          }
        />
      </section>
    </>
  )
}

function Facts({ incident, channels }: Pick<Props, 'incident' | 'channels'>) {
  const { since, resolvedAt, durationSeconds, ack, nextReminderAt, relapses, peak, severity, toldAt } = incident
  const [dataset] = incident.datasetCount === 1 ? incident.datasets : []
  return (
    <dl class="facts">
      {dataset !== undefined && (
        <>
          <dt>Dataset</dt>
          <dd>
            <Dataset dataset={dataset} />
          </dd>
        </>
      )}
      <dt>Since</dt>
      <dd>
        <Moment at={since} as="minute" />
        {resolvedAt === null && (
          <>
            {' '}
            (<Moment at={since} quiet />)
          </>
        )}
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
      {peak === 'critical' && severity === 'warning' && (
        <>
          <dt>At its worst</dt>
          <dd>critical</dd>
        </>
      )}
      {relapses > 0 && (
        <>
          <dt>Came back</dt>
          <dd>{relapses === 1 ? 'once' : `${relapses} times`}, each time within a day</dd>
        </>
      )}
      <dt>Told</dt>
      <dd>
        {channels === 0 ? (
          'nobody: there is no channel'
        ) : toldAt === null ? (
          'not yet'
        ) : (
          <Moment at={toldAt} as="minute" quiet />
        )}
        {nextReminderAt !== null && channels > 0 && (
          <>
            , again <Moment at={nextReminderAt} as="minute" quiet />
          </>
        )}
      </dd>
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
    </dl>
  )
}

function Ended({ incident: { endedBy } }: Pick<Props, 'incident'>) {
  if (endedBy?.kind === 'run')
    return (
      <>
        <a href={`/runs/${endedBy.runId}`}>repair #{endedBy.runId}</a>
        {endedBy.by !== null && ` by ${endedBy.by}`}
      </>
    )
  if (endedBy?.kind === 'removed') return <>nothing: it is not watched any more</>
  return <>{endedBy?.kind === 'moved' ? 'getting worse: that is another incident' : 'itself'}</>
}

function AckForm({
  incident: { id, ack },
  csrf,
  fault,
}: { readonly incident: IncidentDetailView } & Required<Pick<Props, 'csrf' | 'fault'>>) {
  if (!mayAct(usePage().role, 'operator')) return <RoleNote />
  return (
    <section class="card stack-s" aria-labelledby="ack">
      <h2 id="ack">{ack === null ? 'You know of it?' : 'Somebody knows of it'}</h2>
      <p>
        {ack === null
          ? 'Acknowledge it, and no more is told but that it got worse, and its end.'
          : 'Only that it got worse is told, and its end.'}
      </p>
      <Fault text={fault} />
      {ack === null ? (
        <PostForm action={`/incidents/${id}/ack`} csrf={csrf} inline>
          <div class="row ack-fields">
            <label class="field">
              <span>For how long</span>
              <select name="hours">
                <option value="">until it is over</option>
                <option value="4">4 hours</option>
                <option value="24">a day</option>
                <option value="168">a week</option>
              </select>
            </label>
            <Field label="Why (for those who come later)" name="reason" required={false} />
            <button type="submit">Acknowledge</button>
          </div>
        </PostForm>
      ) : (
        <PostForm action={`/incidents/${id}/unack`} csrf={csrf} inline>
          <button type="submit">Take it back</button>
        </PostForm>
      )}
    </section>
  )
}

function Datasets({ incident: { datasets, datasetCount } }: Pick<Props, 'incident'>) {
  // One alone stands among the facts.
  if (datasetCount <= 1) return null
  const more = datasetCount - datasets.length
  return (
    <section class="card stack-s" aria-labelledby="datasets">
      <h2 id="datasets">{counted(datasetCount, 'dataset')}</h2>
      <ul class="stack-xs">
        {datasets.map((each) => (
          <li key={each.id}>
            <Dataset dataset={each} />
          </li>
        ))}
      </ul>
      {more > 0 && <p class="muted">and {more} more</p>}
    </section>
  )
}

function Dataset({
  dataset: { id, name, primary, backup },
}: {
  readonly dataset: IncidentDetailView['datasets'][number]
}) {
  return (
    <>
      <a class="id-link" href={datasetPage(id)}>
        {name}
      </a>{' '}
      <span class="muted mono breaks">
        {primary.host}:{primary.dataset} → {backup.host}:{backup.dataset}
      </span>
    </>
  )
}

function Timeline({ incident: { timeline, messages }, channels }: Pick<Props, 'incident' | 'channels'>) {
  // The book goes on as if there were somebody to tell.
  const toNobody = channels === 0 && messages.length === 0
  const lines = toNobody ? timeline.filter(({ text }) => !/^(Told|Reminded|It is to be told)\b/.test(text)) : timeline
  return (
    <section class="card stack-s" aria-labelledby="timeline">
      <h2 id="timeline">What happened</h2>
      <ol class="timeline">
        {lines.map(({ at, text }) => (
          <li key={`${at} ${text}`}>
            <Moment at={at} as="minute" quiet /> <span>{text}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
