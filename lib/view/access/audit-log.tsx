import type { AuditVerificationView, AuditView } from '#lib/api/audit.ts'
import { Moment } from '../moment.tsx'

interface AuditLogProps {
  readonly entries: readonly AuditView[]
  /** The newest check of the chain; null: none since the start. */
  readonly check: AuditVerificationView | null
  readonly filter: { readonly actor: string; readonly target: string; readonly action: string; readonly result: string }
  /** Address of the next page, or null at the end. */
  readonly older: string | null
}

/** Who did what. */
export function AuditLog({ entries, check, filter, older }: AuditLogProps) {
  return (
    <div class="stack">
      <h1>Audit</h1>
      <p>
        Everything that somebody changed, or tried to. Entries are never changed; what the schedule repaired by itself
        is forgotten with time, nothing else is.
      </p>
      <AuditChain check={check} />
      <Filter {...filter} />
      {entries.length === 0 ? (
        <p class="empty">
          No entry matches. <a href="/audit">Show all</a>
        </p>
      ) : (
        <div class="scroll">
          <table class="cards">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">From</th>
                <th scope="col">What</th>
                <th scope="col">Result</th>
                <th scope="col">Why</th>
                <th scope="col">Detail</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {older !== null && (
        <p>
          <a class="button" href={older} rel="next">
            Older
          </a>
        </p>
      )}
    </div>
  )
}

function Entry({ entry }: { readonly entry: AuditView }) {
  const { at, actor, action, target, result, code, reason, detail } = entry
  return (
    <tr>
      <td data-label="When">
        <Moment at={at} as="second" quiet />
      </td>
      <td data-label="Who">
        {actor.name} <span class="tag">{actor.kind.toLowerCase()}</span>
      </td>
      <td data-label="From">{actor.address ?? '–'}</td>
      <td data-label="What">
        {action} {target !== null && <code>{target}</code>}
      </td>
      <td data-label="Result">
        {RESULT[result] ?? result}
        {code !== null && (
          <>
            {' '}
            <code>{code}</code>
          </>
        )}
      </td>
      <td data-label="Why">{reason ?? '–'}</td>
      <td data-label="Detail">
        <Detail detail={detail} />
      </td>
    </tr>
  )
}

const RESULT: Readonly<Record<string, string>> = { OK: 'done', REFUSED: 'refused', FAILED: 'failed' }

function Detail({ detail }: Pick<AuditView, 'detail'>) {
  const { runId, message, ...rest } = detail
  const words = Object.entries(rest).map(
    ([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return (
    <>
      {typeof runId === 'string' && <a href={`/runs/${runId}`}>run {runId}</a>} {typeof message === 'string' && message}{' '}
      {words.join(', ')}
    </>
  )
}

function Filter({ actor, target, action, result }: AuditLogProps['filter']) {
  return (
    <form class="form row" method="get" action="/audit">
      <label class="field">
        <span>Who</span>
        <input name="actor" type="search" value={actor} placeholder="alice" />
      </label>
      <label class="field">
        <span>What</span>
        <input name="action" type="search" value={action} placeholder="repair,login" />
      </label>
      <label class="field">
        <span>On what</span>
        <input name="target" type="search" value={target} placeholder="dataset, run, user" />
      </label>
      <label class="field">
        <span>Result</span>
        <select name="result">
          <option value="">any</option>
          {['OK', 'REFUSED', 'FAILED'].map((each) => (
            <option key={each} value={each} selected={each === result}>
              {RESULT[each]}
            </option>
          ))}
        </select>
      </label>
      <button class="button" type="submit">
        Show
      </button>
    </form>
  )
}

type Fault = AuditVerificationView['faults'][number]

/** Whether the audit is as it was written, and what stands for all of it elsewhere. */
function AuditChain({ check }: { readonly check: AuditVerificationView | null }) {
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
