import type { Problem } from './problem.ts'

/** Pages that say a problem themselves, in the place where it belongs: who keeps the book must still learn of it. */
const problems = new WeakMap<Response, Problem>()

export function withProblem(response: Response, problem: Problem | undefined): Response {
  if (problem !== undefined) problems.set(response, problem)
  return response
}

/** Null: the answer says none. */
export function answeredProblem(response: Response): Problem | null {
  return problems.get(response) ?? null
}
