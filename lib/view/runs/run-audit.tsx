import type { RunDetailView } from '#lib/api/run-detail.ts'
import { Moment } from '../moment.tsx'

/** What was decided, and who asked for it. */
export function Decisions({ run }: { readonly run: RunDetailView }) {
  if (run.decisions.length === 0) return null
  return (
    <section class="card" aria-labelledby="decisions">
      <h2 id="decisions">Decisions</h2>
      <table class="cards">
        <caption class="visually-hidden">How many datasets each rule applied to</caption>
        <tbody>
          {run.decisions.map((decision) => (
            <tr key={decision.rule}>
              <th scope="row">{decision.rule.toLowerCase().replaceAll('_', ' ')}</th>
              <td class="num">{decision.count}</td>
              <td>{decision.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

export function Audit({ run }: { readonly run: RunDetailView }) {
  const { trigger } = run
  const lines: readonly (readonly [string, string | null])[] = [
    ['Who', trigger.actor],
    ['Role', trigger.role.toLowerCase()],
    ['How', trigger.type.toLowerCase()],
    ['From', trigger.address],
    ['With', trigger.userAgent],
    ['Request', trigger.requestId],
    ['Reason', run.reason],
    ['Plan', run.planHash],
    ['Preview', run.planId],
  ]
  return (
    <section class="card" aria-labelledby="audit">
      <h2 id="audit">Audit</h2>
      <dl class="facts">
        <dt>Asked for</dt>
        <dd>
          <Moment at={run.queuedAt} as="second" />
        </dd>
        {lines.map(([name, value]) => value !== null && <AuditLine key={name} name={name} value={value} />)}
      </dl>
    </section>
  )
}

function AuditLine({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  )
}

/** Why it failed, in the words of the one that failed. */
export function RunFault({ run }: { readonly run: RunDetailView }) {
  const { error } = run
  if (error === null) return null
  return (
    <section class="note bad">
      <div class="stack-xs">
        <p>
          <b>{error.message}</b>
        </p>
        <p>
          {error.kind}
          {error.host !== null && ` on ${error.host}`}
          {error.step !== null && ` in step ${error.step}`}
          {error.retryable ? '. It is tried again by itself.' : '. It is not tried again by itself.'}
        </p>
        {error.stderrTail !== '' && error.step === null && <pre class="step-command">{error.stderrTail}</pre>}
      </div>
    </section>
  )
}
