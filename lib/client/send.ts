/** A refusal as the API words it (RFC 9457). */
export interface Refused {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly requestId: string | null
  readonly body: Readonly<Record<string, unknown>>
}

export type Answer =
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
