import type { AdoptResultsView, DecisionsView } from '#lib/api/adopt.ts'
import type { DatasetDetailView } from '#lib/api/dataset-detail.ts'
import { bytesText } from '#lib/text/words.ts'
import { Fault, Field, PostForm } from '../access/form-parts.tsx'
import { datasetPage } from '../dataset-row.ts'
import { OnlyOnBackup } from '../detail/in-doubt.tsx'
import { mayAct, WHY_NOT } from '../may-act.ts'
import { usePage } from '../page-facts.ts'

interface Props {
  readonly items: DecisionsView['items']
  readonly csrf: string
  /** Whoever looks may decide. */
  readonly may: boolean
  /** What became of a decision that was just made. */
  readonly results: AdoptResultsView['items'] | null
}

/** What is decided at once: first read in full, then confirmed by one click. */
export function Adopt({ items, csrf, may, results }: Props) {
  return (
    <section class="stack">
      <h1>{items.length === 1 ? '1 dataset needs one decision' : `${items.length} datasets need one decision`}</h1>
      <p>
        These repairs wait for the word of a person and for nothing else. None of them destroys anything. Why each one
        waits is said with it.
      </p>
      {results !== null && <Results results={results} />}
      {items.length === 0 ? (
        <p class="note good">No dataset waits for a decision.</p>
      ) : (
        <>
          <ul class="stack">
            {items.map((item) => (
              <li key={item.datasetId} class="card stack-xs">
                <b class="name">{item.datasetId}</b>
                <p class="mono">
                  {item.primary.host}:{item.primary.dataset} → {item.backup.host}:{item.backup.dataset}
                </p>
                <p>{item.because}</p>
                <p>{item.outcome}</p>
                <p class="muted">
                  {item.setAside === null ? 'Nothing is set aside' : `Set aside: ${bytes(item.setAside.usedBytes)}`} ·
                  {` to be sent: ${bytes(item.estimateBytes)} · `}
                  <a href={`/datasets/${encodeURIComponent(item.datasetId)}/repair`}>Every command of it</a>
                </p>
              </li>
            ))}
          </ul>
          <div class="note warn" role="note">
            <div class="stack-xs">
              <p>
                <b>Is each of these primaries the right one?</b> If one was restored from an old copy, or replaced by an
                empty one, its backup may be the only good copy. It is kept either way, as a set-aside, and no longer
                followed.
              </p>
              {may ? (
                <PostForm action="/adopt/confirm" csrf={csrf}>
                  <input
                    type="hidden"
                    name="choices"
                    value={items.map(({ datasetId, planHash }) => `${planHash} ${datasetId}`).join('\n')}
                  />
                  <button type="submit" class="primary">
                    {items.length === 1
                      ? 'Yes: this primary is the one to follow'
                      : `Yes, all ${items.length}: these primaries are the ones to follow`}
                  </button>
                </PostForm>
              ) : (
                <p>An operator decides this.</p>
              )}
            </div>
          </div>
        </>
      )}
    </section>
  )
}

function Results({ results }: { readonly results: NonNullable<Props['results']> }) {
  const accepted = results.filter((each) => each.accepted)
  const left = results.filter((each) => !each.accepted)
  return (
    <>
      {accepted.length > 0 && (
        <p class="note good" role="status">
          {accepted.length === 1 ? '1 repair is queued.' : `${accepted.length} repairs are queued.`}{' '}
          <a href="/runs">Runs</a>
        </p>
      )}
      {left.length > 0 && (
        <div class="note warn" role="alert">
          <div class="stack-xs">
            <p>Left out:</p>
            <ul>
              {left.map(({ datasetId, message }) => (
                <li key={datasetId}>
                  <b>{datasetId}</b>: {message}
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
    </>
  )
}

const bytes = (size: number | null): string => (size === null ? 'size not known' : bytesText(size))

/** On the dashboard: that there is something to decide, and where. */
export function DecisionsNote({ count }: { readonly count: number }) {
  if (count === 0) return null
  return (
    <p class="note warn" role="note">
      <span>
        {count === 1 ? '1 dataset needs' : `${count} datasets need`} one decision: <a href="/adopt">read and decide</a>.
      </span>
    </p>
  )
}

interface PrimaryProps {
  readonly detail: DatasetDetailView
  readonly csrf: string
  /** Why it was refused, and what was typed. */
  readonly fault: string | null
  readonly reason: string
}

/** One primary in doubt: what is held against it, what only the backup has, and the word that ends it. */
export function AdoptPrimary({ detail, csrf, fault, reason }: PrimaryProps) {
  const { role } = usePage()
  const { primary, backup } = detail.pair
  const page = datasetPage(detail.id)
  const held = detail.reasons.filter(({ code }) => detail.inDoubt.includes(code))
  return (
    <section class="stack">
      <h1>
        Is {detail.name} on {primary.host} the one to follow?
      </h1>
      <p class="mono">
        {primary.host}:{primary.dataset} → {backup.host}:{backup.dataset}
      </p>
      <Fault text={fault} />
      {held.length === 0 ? (
        <p class="note good">
          <span>
            Nothing is held against this primary. <a href={page}>Back to {detail.name}</a>
          </span>
        </p>
      ) : (
        <>
          <ul class="stack-s card">
            {held.map(({ code, message, action }) => (
              <li key={code} class="stack-xs">
                <p class="lead">{message}</p>
                <p>{action}</p>
              </li>
            ))}
          </ul>
          <OnlyOnBackup detail={detail} open />
          <div class="note warn" role="note">
            <div class="stack-xs">
              <p>
                <b>If somebody destroyed or replaced it, do not go on.</b> Following it lets the backup be set aside and
                seeded again by itself, where policy allows that. What is set aside is kept, but no longer followed.
              </p>
              <p>First hold what {backup.host} has, and restore what you need from it.</p>
            </div>
          </div>
          <PostForm action={`${page}/adopt`} csrf={csrf}>
            <Field
              label="Why is it right all the same? (kept in the audit log)"
              name="reason"
              value={reason}
              hint="For example: retention was shortened on purpose, ticket 4711."
            />
            <div class="row">
              <a class="button" href={page}>
                Cancel
              </a>
              <button type="submit" class="danger" disabled={!mayAct(role, 'operator')}>
                Follow this primary as it is
              </button>
              {!mayAct(role, 'operator') && <span class="why-not">{WHY_NOT.operator}</span>}
            </div>
          </PostForm>
        </>
      )}
    </section>
  )
}
