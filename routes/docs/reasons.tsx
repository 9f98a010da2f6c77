import { definePage } from '#lib/services.ts'
import type { ApiDocument } from '#lib/view/api-docs/document.ts'
import { Page } from '../_page.tsx'

export default definePage({
  title: 'Reason codes',
  render(_, context) {
    const { schemas } = (context.runtime.openapi() as ApiDocument).components
    const told = (schemas.ReasonCode?.['x-enumDescriptions'] ?? {}) as Readonly<Record<string, string>>
    return (
      <Page context={context} at="api">
        <h1>Reason codes</h1>
        <p>
          Every status has one main reason and may carry others. The codes are stable; the order here is the order of
          severity within a status.
        </p>
        <dl class="card reasons">
          {Object.entries(told).map(([code, meaning]) => (
            <div key={code} id={code.toLowerCase().replaceAll('_', '-')}>
              <dt class="mono">
                <a href={`/?reason=${code}#all`}>{code}</a>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </Page>
    )
  },
})
