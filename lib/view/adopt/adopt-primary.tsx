import type { DatasetDetailView } from '#lib/api/dataset-detail.ts'
import { Fault, Field, PostForm } from '../access/form-parts.tsx'
import { datasetPage } from '../dataset-row.ts'
import { OnlyOnBackup } from '../detail/in-doubt.tsx'
import { mayAct, WHY_NOT } from '../may-act.ts'
import { usePage } from '../page-facts.ts'

interface Props {
  readonly detail: DatasetDetailView
  readonly csrf: string
  /** Why it was refused, and what was typed. */
  readonly fault: string | null
  readonly reason: string
}

/** One primary in doubt: what is held against it, what only the backup has, and the word that ends it. */
export function AdoptPrimary({ detail, csrf, fault, reason }: Props) {
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
