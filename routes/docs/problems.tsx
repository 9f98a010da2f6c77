import { definePage } from '#lib/services.ts'
import { type ApiDocument, endpointsByTag } from '#lib/view/api-docs/document.ts'
import { Page } from '../_page.tsx'

/** Where the `type` of every problem leads: which codes there are, and what answers with them. */
export default definePage({
  title: 'Problem codes',
  render(_, context) {
    const codes = codesOf(context.runtime.openapi() as ApiDocument)
    return (
      <Page context={context} at="api">
        <h1>Problem codes</h1>
        <p>
          Every refusal is a document (RFC 9457) with a stable <code>code</code>, a sentence that says what to do, and
          where there is one the next step. The codes never change their meaning.
        </p>
        <div class="card table-card">
          <table class="cards">
            <caption class="visually-hidden">Codes</caption>
            <thead>
              <tr>
                <th scope="col">Status</th>
                <th scope="col">Code</th>
                <th scope="col">Answered by</th>
              </tr>
            </thead>
            <tbody>
              {codes.map(({ status, code, operations }) => (
                <tr key={`${status} ${code}`} id={code.toLowerCase().replaceAll('_', '-')}>
                  <td data-label="Status">{status}</td>
                  <th scope="row" class="mono" data-label="Code">
                    {code}
                  </th>
                  <td data-label="Answered by">
                    {operations.length > 8
                      ? `${operations.length} operations`
                      : operations.map((id) => (
                          <span key={id}>
                            <a href={`/docs/api#${id}`}>{id}</a>{' '}
                          </span>
                        ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Page>
    )
  },
})

interface Code {
  readonly status: string
  readonly code: string
  readonly operations: string[]
}

function codesOf(document: ApiDocument): readonly Code[] {
  const found = new Map<string, Code>()
  for (const { operation } of [...endpointsByTag(document).values()].flat()) {
    for (const [status, response] of Object.entries(operation.responses)) {
      if (response.content?.['application/problem+json'] === undefined) continue
      for (const code of response.description.split(', ')) {
        const known = found.get(`${status} ${code}`) ?? { status, code, operations: [] }
        known.operations.push(operation.operationId)
        found.set(`${status} ${code}`, known)
      }
    }
  }
  return [...found.values()].sort((a, b) => (a.status + a.code < b.status + b.code ? -1 : 1))
}
