import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { mayAct, usePage, WHY_NOT } from '#lib/view/page-facts.ts'

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

/** False on the server and in the first drawing, true once a script can do something. */
export function useHydrated(): boolean {
  const [ready, setReady] = useState(false)
  useEffect(() => setReady(true), [])
  return ready
}

/** A refusal as the API words it (RFC 9457). */
export interface Refused {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly requestId: string | null
  readonly body: Readonly<Record<string, unknown>>
}

type Answer =
  | { readonly ok: true; readonly status: number; readonly body: unknown; readonly location: string | null }
  | { readonly ok: false; readonly refused: Refused; readonly location: string | null }

/** Asks the API. Never rejects: no answer at all is a refusal too. */
export async function send(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Answer> {
  const json = body === undefined ? undefined : JSON.stringify(body)
  // Also where nothing is to be said: a body that is JSON is what no foreign page can send.
  const headers: Record<string, string> = method === 'POST' ? { 'Content-Type': 'application/json' } : {}
  try {
    const response = await fetch(path, { method, headers, body: json ?? (method === 'POST' ? '{}' : undefined) })
    const location = response.headers.get('Location')
    const told: unknown = response.status === 204 ? null : await response.json()
    if (response.ok) return { ok: true, status: response.status, body: told, location }
    return { ok: false, refused: refusalOf(response.status, told), location }
  } catch (error) {
    const detail = `The witness did not answer (${error instanceof Error ? error.message : String(error)}). Try again when it is back.`
    return { ok: false, refused: { ...refusalOf(0, null), title: 'No answer', detail }, location: null }
  }
}

function refusalOf(status: number, told: unknown): Refused {
  const body = (typeof told === 'object' && told !== null ? told : {}) as Record<string, unknown>
  const text = (name: string): string | null => (typeof body[name] === 'string' ? body[name] : null)
  return {
    status,
    code: text('code') ?? 'UNKNOWN',
    title: text('title') ?? `The witness answered ${status}`,
    detail: text('detail') ?? '',
    requestId: text('requestId'),
    body,
  }
}
