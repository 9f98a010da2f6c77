/** One fault in the input; `pointer` is a JSON pointer into it, `""` means the whole. */
export interface InputFault {
  readonly pointer: string
  readonly code: string
  readonly detail: string
}

export interface NextStep {
  readonly href: string
  readonly method?: string
}

export interface ProblemOptions {
  /** Short sentence that is the same for every problem of this code; made from the code when absent. */
  readonly title?: string
  readonly retryable?: boolean
  readonly next?: NextStep
  readonly errors?: readonly InputFault[]
  /** Further members of the problem document, for example `{ runId }`. */
  readonly extra?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

/** An answer that says what is wrong and what to do instead (RFC 9457). Thrown by handlers, hooks and the framework. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly retryable: boolean
  readonly next: NextStep | undefined
  readonly errors: readonly InputFault[] | undefined
  readonly extra: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, detail: string, options: ProblemOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.status = status
    this.code = code
    this.detail = detail
    this.title = options.title ?? titleOf(code)
    this.retryable = options.retryable ?? (status === 429 || status === 503)
    this.next = options.next
    this.errors = options.errors
    this.extra = options.extra ?? {}
    this.headers = options.headers ?? {}
  }
}

/** `PLAN_STALE` → `Plan stale`. */
function titleOf(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
