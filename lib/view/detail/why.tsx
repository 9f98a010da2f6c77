import type { DatasetDetailView } from '#lib/api/dataset-detail.ts'
import { bytesText, durationText } from '#lib/text/words.ts'
import { Moment } from '../moment.tsx'

/** Why the status is what it is, and how that is known. */
export function Why({ detail }: { readonly detail: DatasetDetailView }) {
  const [main, ...others] = detail.reasons
  return (
    <section aria-labelledby="why" class="stack-s">
      <h2 id="why">Why</h2>
      <div class="card stack-s">
        <p class="lead">{main?.message ?? detail.reason.message}</p>
        {(main?.action ?? null) !== null && <p>{main?.action}</p>}
        <p class="muted">
          {detail.checkedAt === null ? (
            'Never checked.'
          ) : (
            <>Last look that saw both sides: {<Moment at={detail.checkedAt} />}.</>
          )}
          {detail.since !== null && <> The status is so since {<Moment at={detail.since} />}.</>}
        </p>
        <Evidence evidence={detail.evidence} code={detail.reason.code} />
        {others.length > 0 && (
          <ul class="also">
            {others.map((reason) => (
              <li key={reason.code}>
                <span class="tag">{reason.severity.toLowerCase()}</span> {reason.message}{' '}
                {reason.action !== null && <span class="muted">{reason.action}</span>}
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
