import type { Problem } from './problem.ts'

export const PROBLEM_TYPE = 'application/problem+json'

export interface ProblemPlace {
  /** Path of the request. */
  readonly instance: string
  readonly requestId: string
}

/** The JSON of RFC 9457. `type` is a relative reference to a page of the same server, so it works offline. */
export function problemDocument(problem: Problem, place: ProblemPlace): Record<string, unknown> {
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
