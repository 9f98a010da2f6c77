import { Problem, type ProblemOptions } from './problem.ts'

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

/** 422: well-formed, but says something impossible. */
export function unprocessable(detail: string, code = 'VALIDATION', options?: ProblemOptions): never {
  throw new Problem(422, code, detail, options)
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
