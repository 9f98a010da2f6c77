import type { RefObject } from 'preact'
import { datasetPage } from '../dataset-row.ts'
import { mayAct, WHY_NOT } from '../may-act.ts'
import { usePage } from '../page-facts.ts'

export interface ConfirmProps {
  readonly id: string
  readonly csrf: string
  readonly planId: string
  readonly strategy: 'SET_ASIDE' | 'IN_PLACE'
  /** What must be typed; null: nothing is destroyed, one press is enough. */
  readonly confirm: string | null
  /** What the button says: the act and the count. */
  readonly act: string
}

interface Props extends ConfirmProps {
  /** Off until the typed text is right; without a script the server judges. */
  readonly off?: boolean
  readonly busy?: boolean
  readonly field?: RefObject<HTMLInputElement | null>
  readonly onTyped?: (text: string) => void
  readonly onSubmit?: (event: Event) => void
}

/** The last step. A plain form: it works the same without a script. */
export function ConfirmForm(props: Props) {
  const { id, csrf, planId, strategy, confirm, act, off, busy, field, onTyped, onSubmit } = props
  const { role } = usePage()
  const needs = confirm === null ? 'operator' : 'admin'
  const allowed = mayAct(role, needs)
  return (
    <form method="post" action={`${datasetPage(id)}/repair`} class="card stack-s confirm" onSubmit={onSubmit}>
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="planId" value={planId} />
      <input type="hidden" name="strategy" value={strategy} />
      {confirm !== null && (
        <label class="field">
          <span>
            Type <code>{confirm}</code> to continue.
          </span>
          <input
            ref={field}
            name="confirm"
            class="mono"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            required
            onInput={onTyped && ((event) => onTyped(event.currentTarget.value))}
          />
        </label>
      )}
      <label class="field">
        <span>Reason (kept in the audit log){confirm === null && <span class="muted">, if you like</span>}</span>
        <input name="reason" maxLength={500} autocomplete="off" required={confirm !== null} />
      </label>
      <div class="row">
        <a class="button" href={datasetPage(id)}>
          Cancel
        </a>
        <button
          type="submit"
          class={confirm === null ? 'primary' : 'danger'}
          disabled={!allowed || off || busy}
          aria-busy={busy}
        >
          {act}
        </button>
        {!allowed && <span class="why-not">{WHY_NOT[needs]}</span>}
      </div>
    </form>
  )
}
