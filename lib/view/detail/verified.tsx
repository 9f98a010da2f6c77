import type { DatasetDetailView } from '#lib/api/dataset-detail.ts'
import { Icon } from '../icon.tsx'
import { Moment } from '../moment.tsx'

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
