/** One fault in the input; `pointer` is a JSON pointer into it, `""` means the whole. */
export interface InputFault {
  readonly pointer: string
  readonly code: string
  readonly detail: string
}

interface NextStep {
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

/** An answer that says what is wrong and what to do instead (RFC 9457). Thrown by handlers, by the product's steps around them (around.ts) and by the runtime. */
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

// They throw and are typed `never`, so that `return (await find(id)) ?? notFound('…')` type-checks.

/** 404. */
export function notFound(detail: string, code = 'NOT_FOUND', options?: ProblemOptions): never {
  throw new Problem(404, code, detail, options)
}

/** 409: the request is right, but not now. */
export function conflict(detail: string, code = 'CONFLICT', options?: ProblemOptions): never {
  throw new Problem(409, code, detail, options)
}

/** 400: a parameter that only the handler can judge, for example a cursor. */
export function badRequest(detail: string, code = 'BAD_PARAMETER', options?: ProblemOptions): never {
  throw new Problem(400, code, detail, options)
}

/** 403. */
export function forbidden(detail: string, code = 'FORBIDDEN_ROLE', options?: ProblemOptions): never {
  throw new Problem(403, code, detail, options)
}

/** 503 with `Retry-After` (seconds). */
export function unavailable(detail: string, code = 'NOT_READY', retryAfter = 5, options: ProblemOptions = {}): never {
  throw new Problem(503, code, detail, {
    ...options,
    headers: { 'Retry-After': String(retryAfter), ...options.headers },
  })
}

/** 429 with `Retry-After` (seconds). */
export function tooMany(detail: string, retryAfter: number, code = 'RATE_LIMITED'): never {
  throw new Problem(429, code, detail, { headers: { 'Retry-After': String(retryAfter) } })
}

export const PROBLEM_TYPE = 'application/problem+json'

interface ProblemPlace {
  /** Path of the request. */
  readonly instance: string
  readonly requestId: string
}

/** The JSON of RFC 9457. `type` is a relative reference to a page of the same server, so it works offline. */
function problemDocument(problem: Problem, place: ProblemPlace): Record<string, unknown> {
  return {
    // First, so that a handler's extra members can never replace the ones that clients rely on.
    ...problem.extra,
    type: `/docs/problems#${problem.code.toLowerCase().replaceAll('_', '-')}`,
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    instance: place.instance,
    code: problem.code,
    requestId: place.requestId,
    retryable: problem.retryable,
    ...(problem.next ? { next: problem.next } : {}),
    ...(problem.errors ? { errors: problem.errors } : {}),
  }
}

export function problemResponse(problem: Problem, place: ProblemPlace): Response {
  return new Response(JSON.stringify(problemDocument(problem, place)), {
    status: problem.status,
    headers: { ...problem.headers, 'Content-Type': PROBLEM_TYPE },
  })
}

/** Of pages that show a problem themselves, in the place where it belongs: the audit must still learn of it. */
const problems = new WeakMap<Response, Problem>()

export function withProblem(response: Response, problem: Problem | undefined): Response {
  if (problem !== undefined) problems.set(response, problem)
  return response
}

/** Null: the answer says none. */
export function answeredProblem(response: Response): Problem | null {
  return problems.get(response) ?? null
}
