import { Icon } from './icon.tsx'
import { Layout } from './layout.tsx'
import type { PageFacts } from './page-facts.ts'

interface Props {
  readonly facts: PageFacts
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly code: string
  readonly requestId: string
}

/** What failed, and where more is written about it. */
export function ErrorPage({ facts, status, title, detail, code, requestId }: Props) {
  return (
    <Layout facts={facts} at={null} browse={status !== 401}>
      <h1>
        <Icon name={status >= 500 ? 'broken' : 'alert'} size={26} /> {title}
      </h1>
      <p class="lead">{detail}</p>
      <dl class="facts card">
        <dt>Status</dt>
        <dd>{status}</dd>
        <dt>Code</dt>
        <dd>
          <a class="mono" href={`/docs/problems#${code.toLowerCase().replaceAll('_', '-')}`}>
            {code}
          </a>
        </dd>
        <dt>Request</dt>
        <dd class="mono">
          {facts.actor === null ? requestId : <a href={`/logs?q=${encodeURIComponent(requestId)}`}>{requestId}</a>}
        </dd>
      </dl>
      <p class="row">
        <a class="button" href="/">
          Back to the datasets
        </a>
        {facts.actor === null && (status === 401 || status === 403) && (
          <a class="button" href="/login">
            Sign in
          </a>
        )}
      </p>
    </Layout>
  )
}
