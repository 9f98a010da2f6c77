import { definePage } from '#lib/services.ts'
import { type ApiDocument, endpointsByTag } from '#lib/view/api-docs/document.ts'
import { EndpointCard, EnumWords, Fields, SchemaWords } from '#lib/view/api-docs/endpoint.tsx'
import { Page } from '../_page.tsx'

/** From the same document that programs read: it never says anything else, and needs no other host. */
export default definePage({
  title: 'API',
  render(_, context) {
    const document = context.runtime.openapi() as ApiDocument
    const tags = endpointsByTag(document)
    return (
      <Page context={context} at="api">
        <h1>{document.info.title}</h1>
        <p>
          Version {document.info.version}. JSON in and out; times are RFC 3339 in UTC. The same as a document for
          programs: <a href="/api/openapi.json">openapi.json</a>. <a href="/docs/problems">Problem codes</a> and{' '}
          <a href="/docs/reasons">reason codes</a> have pages of their own.
        </p>
        <p>Clients must ignore fields and enumeration values that they do not know: new ones may come at any time.</p>
        <nav aria-label="Groups">
          <ul class="row">
            {[...tags.keys()].map((tag) => (
              <li key={tag}>
                <a class="button plain" href={`#tag-${tag}`}>
                  {tag}
                </a>
              </li>
            ))}
            <li>
              <a class="button plain" href="#schemas">
                schemas
              </a>
            </li>
          </ul>
        </nav>
        {[...tags].map(([tag, endpoints]) => (
          <section key={tag} aria-labelledby={`tag-${tag}`} class="stack-s">
            <h2 id={`tag-${tag}`}>{tag}</h2>
            {endpoints.map((endpoint) => (
              <EndpointCard key={endpoint.operation.operationId} endpoint={endpoint} />
            ))}
          </section>
        ))}
        <section aria-labelledby="schemas" class="stack-s">
          <h2 id="schemas">Schemas</h2>
          {Object.entries(document.components.schemas).map(([name, schema]) => (
            <details key={name} class="card endpoint" id={`schema-${name}`}>
              <summary>
                <b>{name}</b> <span class="muted">{schema.description?.split('\n')[0]}</span>
              </summary>
              {schema.enum ? (
                <EnumWords schema={schema} />
              ) : schema.properties ? (
                <Fields schema={schema} />
              ) : (
                <SchemaWords schema={schema} />
              )}
            </details>
          ))}
        </section>
      </Page>
    )
  },
})
