import type { ComponentChildren } from 'preact'
import type { DatasetDetailView } from '#lib/api/dataset-detail.ts'
import { durationText } from '#lib/text/words.ts'
import { Icon } from '../icon.tsx'
import { Moment } from '../moment.tsx'
import { StatusMark } from '../status-mark.tsx'

/** Which dataset, how it is, and the actions. */
export function DetailHead({
  detail,
  children,
}: {
  readonly detail: DatasetDetailView
  readonly children?: ComponentChildren
}) {
  const { pair, status, health, paused, ack } = detail
  return (
    <header class="stack-s">
      <nav class="crumbs" aria-label="Where you are">
        <ol>
          <li>
            <a href="/">Datasets</a>
          </li>
          <li>
            <a href={`/?pair=${encodeURIComponent(pair.name)}#all`}>{pair.name}</a>
          </li>
          <li aria-current="page">{detail.name}</li>
        </ol>
      </nav>
      <div class="headline">
        <div class="stack-s">
          <h1 class="name">{detail.name}</h1>
          <p class="row">
            <StatusMark status={status} badge />
            {status !== health && <StatusMark status={health} badge />}
            <span class="mono">
              {pair.primary.host}:{pair.primary.dataset} → {pair.backup.host}:{pair.backup.dataset}
            </span>
          </p>
        </div>
        <div class="row actions">{children}</div>
      </div>
      {paused && (
        <p class="note">
          <Icon name="pause" />
          <span>
            Paused{paused.maintenance !== null && ` with ${paused.maintenance.about}`}
            {paused.by !== null && ` by ${paused.by}`}
            {paused.until !== null && <> until {<Moment at={paused.until} as="minute" />}</>}: no repair starts by
            itself.
            {paused.reason !== null && ` Why: ${paused.reason}.`}
            <SeeMaintenance id={paused.maintenance?.id} />
          </span>
        </p>
      )}
      {ack && (
        <p class="note">
          <Icon name="ack" />
          <span>
            Acknowledged{ack.maintenance !== null && ` with ${ack.maintenance.about}`} by {ack.by}{' '}
            {<Moment at={ack.at} />}
            {ack.until !== null && <>, until {<Moment at={ack.until} as="minute" />}</>}: alarms are quiet, the status
            stays.
            {ack.reason !== null && ` Why: ${ack.reason}.`}
            <SeeMaintenance id={ack.maintenance?.id} />
          </span>
        </p>
      )}
      <dl class="key-facts">
        <Fact
          name="Lag"
          value={detail.lagSeconds === null ? 'not known' : durationText(detail.lagSeconds)}
          note="age of the newest common snapshot"
        />
        <Fact
          name="Delay"
          value={
            detail.delaySeconds === null
              ? 'not known'
              : detail.delaySeconds === 0
                ? 'none'
                : durationText(detail.delaySeconds)
          }
          note={`warning from ${durationText(detail.warnDelaySeconds)}, limit ${durationText(detail.maxDelaySeconds)}`}
        />
        <Fact
          name="Behind"
          value={detail.behind === null ? 'not known' : String(detail.behind.snapshots)}
          note="snapshots"
        />
      </dl>
    </header>
  )
}

/** Of a pause or an acknowledgement of many: where it is ended. */
function SeeMaintenance({ id }: { readonly id: string | undefined }) {
  if (id === undefined) return null
  return (
    <>
      {' '}
      <a href={`/maintenance#m${id}`}>See or end it</a>
    </>
  )
}

function Fact({ name, value, note }: { readonly name: string; readonly value: string; readonly note: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b> <small class="muted">{note}</small>
      </dd>
    </div>
  )
}

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

const WORDS = {
  VERIFIED: ['check', 'Verified: every guid was compared'],
  ATTENTION: ['alert', 'Verified, with something to put right'],
  UNKNOWN: ['dashed', 'Not known: a side could not be read'],
  FAILED: ['broken', 'This is no backup that can be relied on'],
} as const

/** What the last verification of the whole history came to. */
export function Verified({ detail }: { readonly detail: DatasetDetailView }) {
  const { verification } = detail
  if (verification === null) {
    return (
      <section class="card" aria-labelledby="verified">
        <h3 id="verified">Verification</h3>
        <p class="muted">Never verified.</p>
      </section>
    )
  }
  const [icon, words] = WORDS[verification.result]
  return (
    <section class="card stack-s" aria-labelledby="verified">
      <h3 id="verified">Verification</h3>
      <p class="row">
        <Icon name={icon} /> {words}, <Moment at={verification.verifiedAt} />
      </p>
      <p>{verification.summary}</p>
      {verification.findings.length > 0 && (
        <ul class="bullets">
          {verification.findings.map((finding) => (
            <li key={`${finding.code} ${finding.message}`}>
              {finding.message} {finding.cure !== null && <span class="muted">{finding.cure}</span>}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
