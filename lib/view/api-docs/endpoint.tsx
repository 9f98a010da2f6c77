import type { Endpoint } from './document.ts'
import { Fields, SchemaWords } from './schema-words.tsx'

/** One operation: what it takes, what it answers, who may ask. */
export function EndpointCard({ endpoint }: { readonly endpoint: Endpoint }) {
  const { path, method, operation } = endpoint
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation
  const body = requestBody?.content['application/json']?.schema
  return (
    <details class="card endpoint" id={operationId}>
      <summary>
        <b class={`method method-${method.toLowerCase()}`}>{method}</b> <code>{path}</code> <span>{summary}</span>{' '}
        {operation['x-access'] !== undefined && <span class="tag">{operation['x-access']}</span>}
      </summary>
      <div class="stack-s">
        {description !== undefined && <p class="told">{description}</p>}
        {parameters.length > 0 && (
          <table class="cards fields">
            <caption>Parameters</caption>
            <tbody>
              {parameters.map((parameter) => (
                <tr key={parameter.name}>
                  <th scope="row" class="mono" data-label="Parameter">
                    {parameter.name}
                    {parameter.required ? '' : '?'} <span class="tag">{parameter.in}</span>
                  </th>
                  <td data-label="Type">
                    <SchemaWords schema={parameter.schema} />
                  </td>
                  <td data-label="Meaning">{parameter.description}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {body !== undefined && (
          <div>
            <h4>
              Body (JSON): <SchemaWords schema={body} />
            </h4>
            <Fields schema={body} />
          </div>
        )}
        <table class="cards fields">
          <caption>Answers</caption>
          <tbody>
            {Object.entries(responses).map(([status, response]) => (
              <tr key={status}>
                <th scope="row" class="mono" data-label="Status">
                  {status}
                </th>
                <td data-label="Body">
                  {Object.entries(response.content ?? {}).map(([type, { schema }]) => (
                    <span key={type}>
                      {type === 'application/problem+json' ? (
                        <ProblemCodes text={response.description} />
                      ) : (
                        <>
                          <SchemaWords schema={schema} />{' '}
                          {type !== 'application/json' && <span class="muted">{type}</span>}
                        </>
                      )}
                    </span>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

function ProblemCodes({ text }: { readonly text: string }) {
  return text.split(', ').map((code) => (
    <span key={code}>
      <a class="mono" href={`/docs/problems#${code.toLowerCase().replaceAll('_', '-')}`}>
        {code}
      </a>{' '}
    </span>
  ))
}
