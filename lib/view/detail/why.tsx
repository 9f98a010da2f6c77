import type { ComponentChildren } from 'preact'
import type { DatasetDetailView } from '#lib/api/dataset-detail.ts'
import { bytesText, durationText } from '#lib/text/words.ts'
import { datasetPage } from '../dataset-row.ts'
import { mayAct, WHY_NOT } from '../may-act.ts'
import { Moment } from '../moment.tsx'
import { usePage } from '../page-facts.ts'
import { Said } from '../said.tsx'

/** Why the status is what it is, and how that is known. */
export function Why({ detail }: { readonly detail: DatasetDetailView }) {
  const [main, ...others] = detail.reasons
  return (
    <section aria-labelledby="why" class="stack-s">
      <h2 id="why">Why</h2>
      <div class="card stack-s">
        <p class="lead">
          <Said text={main?.message ?? detail.reason.message} />
        </p>
        {main?.action != null && (
          <p>
            <Said text={main.action} />
          </p>
        )}
        <p class="muted">
          {detail.checkedAt === null ? (
            'Never checked.'
          ) : (
            <>Last look that saw both sides: {<Moment at={detail.checkedAt} />}.</>
          )}
          {detail.since !== null && <> The status is so since {<Moment at={detail.since} />}.</>}{' '}
          <a href={`/incidents?datasetId=${encodeURIComponent(detail.id)}`}>Its incidents</a>
        </p>
        <Evidence evidence={detail.evidence} code={detail.reason.code} />
        {others.length > 0 && (
          <ul class="also">
            {others.map((reason) => (
              <li key={reason.code}>
                <span class="tag">{reason.severity.toLowerCase()}</span> <Said text={reason.message} />{' '}
                {reason.action !== null && (
                  <span class="muted">
                    <Said text={reason.action} />
                  </span>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  )
}

interface Ref {
  readonly name: string
  readonly guid: string
}

function isRef(value: unknown): value is Ref {
  return typeof value === 'object' && value !== null && 'name' in value && 'guid' in value
}

function Evidence({ evidence, code }: { readonly evidence: DatasetDetailView['evidence']; readonly code: string }) {
  // Listed by itself, above.
  const entries = Object.entries(evidence).filter(([name]) => name !== 'onlyOnBackup')
  if (entries.length === 0) return null
  return (
    <details>
      <summary>How we know</summary>
      <dl class="facts">
        <dt>reason code</dt>
        <dd class="mono">{code}</dd>
        {entries.map(([name, value]) => (
          <EvidenceLine key={name} name={name} value={value} />
        ))}
      </dl>
    </details>
  )
}

function EvidenceLine({ name, value }: { readonly name: string; readonly value: unknown }) {
  return (
    <>
      <dt>{name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}</dt>
      <dd>
        {Array.isArray(value) && value.every(isRef) ? (
          <ul>
            {value.map((ref) => (
              <li key={ref.guid}>{refWords(ref)}</li>
            ))}
          </ul>
        ) : (
          valueWords(name, value)
        )}
      </dd>
    </>
  )
}

function refWords({ name, guid }: Ref) {
  return (
    <>
      <span class="mono">@{name}</span> <span class="subtle">(guid {guid})</span>
    </>
  )
}

function valueWords(name: string, value: unknown) {
  if (isRef(value)) return refWords(value)
  if (value === null) return 'not known'
  if (typeof value === 'number' && /bytes$/i.test(name)) return bytesText(value)
  if (typeof value === 'number' && /seconds$/i.test(name)) return durationText(value)
  return typeof value === 'object' ? <code>{JSON.stringify(value)}</code> : String(value)
}

/** Plans that can also be done in place, by destroying what they would set aside. */
const IN_PLACE_TOO = new Set(['SET_ASIDE_REWIND'])

interface Props {
  readonly detail: DatasetDetailView
  /** Beside "do nothing": acknowledge and pause. */
  readonly actions?: ComponentChildren
}

/** What a person can do: what destroys nothing first, doing nothing last. */
export function Options({ detail, actions }: Props) {
  const { plan } = detail
  // The preview has both sides read.
  const allowed = mayAct(usePage().role, 'operator')
  const repair = detail.options.find((option) => option.mode === 'REPAIR')
  const page = `${datasetPage(detail.id)}/repair`
  const inPlace = plan !== null && IN_PLACE_TOO.has(plan.kind) && plan.setAside !== null
  return (
    <section aria-labelledby="options" class="stack-s">
      <h2 id="options">What you can do</h2>
      <form method="get" action={page} class="card stack-s">
        {repair === undefined ? (
          <p>Nothing has to be repaired.</p>
        ) : (
          <fieldset class="options">
            <legend class="visually-hidden">How to repair</legend>
            <label class="option">
              <input type="radio" name="strategy" value="SET_ASIDE" checked />
              <span>
                {repair.outcome}
                {repair.because !== null && !repair.outcome.includes(repair.because) && (
                  <b class="block">Not possible now: {repair.because}</b>
                )}
                {repair.because === null && !repair.possible && repair.kind !== 'IMPOSSIBLE' && (
                  <b class="block">Not possible now, for that reason.</b>
                )}
              </span>
              <span class="destroys nothing">
                {repair.destroysCount === 0 ? 'destroys nothing' : `destroys ${repair.destroysCount}`}
              </span>
            </label>
            {inPlace && (
              <label class="option">
                <input type="radio" name="strategy" value="IN_PLACE" />
                <span>
                  {plan.setAside?.holdsNothing === true
                    ? `The better choice here: destroy exactly the snapshots that ${detail.pair.backup.host} has of its own. No change is in them.`
                    : `Roll ${detail.pair.backup.host} back in place.`}{' '}
                  Needs an admin and the typed name.
                </span>
                <span class="destroys something">destroys {countOf(plan.setAside?.snapshots ?? 0)}</span>
              </label>
            )}
          </fieldset>
        )}
        <div class="row">
          {repair !== undefined && (
            <button type="submit" class="primary" disabled={!allowed} title={allowed ? undefined : WHY_NOT.operator}>
              Preview repair
            </button>
          )}
          <span class={allowed ? 'muted no-print' : 'why-not'}>
            {repair === undefined ? '' : allowed ? 'Reads both sides; nothing is written.' : WHY_NOT.operator}
          </span>
        </div>
        <p>
          <b>Automatic repair:</b> {detail.automatic?.below ?? 'not known before the next check.'}
        </p>
      </form>
      {detail.health !== 'HEALTHY' && (
        <div class="card row no-print">
          <span>Or do nothing for now:</span> {actions}
        </div>
      )}
    </section>
  )
}

function countOf(snapshots: number): string {
  return snapshots === 1 ? '1 snapshot' : snapshots === 0 ? 'what was written' : `${snapshots} snapshots`
}
