import type { VNode } from 'preact'
import type { Problem } from './problem.ts'

export interface ErrorPageProps {
  readonly problem: Problem
  readonly requestId: string
}

/** What a person sees when the product has no error page of its own. */
export function ErrorPage({ problem, requestId }: ErrorPageProps): VNode {
  return (
    <main id="main">
      <h1>{problem.title}</h1>
      <p>{problem.detail}</p>
      <p>
        <code>{problem.code}</code> · request <code>{requestId}</code>
      </p>
      <p>
        <a href="/">Back to the start</a>
      </p>
    </main>
  )
}
