import type { AuditVerificationView } from '#lib/api/audit-check.ts'
import { Moment } from '../moment.tsx'

type Fault = AuditVerificationView['faults'][number]

/** Whether the audit is as it was written, and what stands for all of it elsewhere. */
export function AuditChain({ check }: { readonly check: AuditVerificationView | null }) {
  if (check === null)
    return <p class="note info">The chain of entries has not been checked since the service started.</p>
  const { checkedAt, intact, head, faults, chainedLater } = check
  return (
    <section
      class={`note ${intact ? 'good' : 'bad'}`}
      aria-label="The chain of entries"
      role={intact ? undefined : 'alert'}
    >
      <div class="stack-s">
        <p>
          {intact ? (
            head === null ? (
              'There was no entry yet when the chain was'
            ) : (
              <>
                The chain is intact up to entry <b>{head.id}</b>,
              </>
            )
          ) : (
            <b>The audit is not as it was written,</b>
          )}{' '}
          checked <Moment at={checkedAt} />.
        </p>
        {faults.length > 0 && (
          <ul>
            {faults.map((fault) => (
              <FaultLine key={fault.key} fault={fault} />
            ))}
          </ul>
        )}
        {!intact && (
          <p>
            Compare with a head that was kept elsewhere: <code>zwitness audit verify --head-file LOG</code>. Where there
            is an explanation, a database that was put back from a copy for example, an admin puts it on record:{' '}
            <code>zwitness audit accept --reason WHY</code>
          </p>
        )}
        {head !== null && (
          <p>
            Its head, also in the daily line of the log:{' '}
            <code class="wrap">
              {head.hash}@{head.id}
            </code>
          </p>
        )}
        {chainedLater !== null && (
          <p class="muted">
            Entries up to {chainedLater.to} are older than the chain, which an upgrade made{' '}
            <Moment at={chainedLater.at} as="minute" />: a change before that cannot be seen.
          </p>
        )}
      </div>
    </section>
  )
}

function FaultLine({ fault: { sentence, accepted } }: { readonly fault: Fault }) {
  return (
    <li>
      {sentence}
      {accepted !== null && (
        <>
          {' '}
          Accepted by {accepted.by} <Moment at={accepted.at} as="minute" quiet />: {accepted.reason}
        </>
      )}
    </li>
  )
}
