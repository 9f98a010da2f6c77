import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { mayAct, WHY_NOT } from '#lib/view/may-act.ts'
import { usePage } from '#lib/view/page-facts.ts'
import { useHydrated } from './hydrated.ts'
import { type Answer, type Refused, send } from './send.ts'

interface Props {
  readonly path: string
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly body?: unknown
  readonly needs?: 'operator' | 'admin'
  readonly kind?: 'primary' | 'danger' | 'plain'
  readonly disabled?: boolean
  readonly title?: string
  readonly onDone?: (answer: Extract<Answer, { ok: true }>) => void
  /** Where a second request met the first one's run; default: nothing is said, the first one's news will come. */
  readonly onRefused?: (refused: Refused, location: string | null) => void
  readonly children: ComponentChildren
}

/** A button that asks the API once: it is off until the answer is there, and what is refused is said beside it. */
export function Action(props: Props) {
  const { path, method = 'POST', body, needs = 'operator', kind, title, children } = props
  const { role } = usePage()
  const ready = useHydrated()
  const busy = useSignal(false)
  const refused = useSignal<Refused | null>(null)
  const allowed = mayAct(role, needs)

  const act = async (): Promise<void> => {
    if (busy.value) return
    busy.value = true
    refused.value = null
    const answer = await send(method, path, body)
    busy.value = false
    if (answer.ok) return props.onDone?.(answer)
    if (props.onRefused) return props.onRefused(answer.refused, answer.location)
    refused.value = answer.refused
  }

  return (
    <span class="action">
      <button
        type="button"
        class={kind}
        disabled={!ready || !allowed || busy.value || props.disabled}
        aria-busy={busy.value}
        title={allowed ? title : WHY_NOT[needs]}
        onClick={() => void act()}
      >
        {children}
      </button>
      <span role="alert" class="refused">
        {refused.value && `${refused.value.title}. ${refused.value.detail}`}
      </span>
    </span>
  )
}
