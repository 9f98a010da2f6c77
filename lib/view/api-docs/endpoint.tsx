import { type Endpoint, refName, type Schema } from './document.ts'

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

/** What a value may be, in a few words; what has a name is a link to it. */
export function SchemaWords({ schema }: { readonly schema: Schema | undefined }) {
  if (schema === undefined) return 'anything'
  if (schema.$ref !== undefined) {
    const name = refName(schema.$ref)
    return <a href={`#schema-${name}`}>{name}</a>
  }
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) {
    return choices.map((choice, at) => (
      <span key={at}>
        {at > 0 && ' or '}
        <SchemaWords schema={choice} />
      </span>
    ))
  }
  if (schema.allOf?.length === 1) return <SchemaWords schema={schema.allOf[0]} />
  if (schema.const !== undefined) return <code>{JSON.stringify(schema.const)}</code>
  if (schema.enum !== undefined) return <code>{schema.enum.map(String).join(' | ')}</code>
  if (schema.items !== undefined) {
    return (
      <>
        list of <SchemaWords schema={schema.items} />
      </>
    )
  }
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'anything')
  return <span>{String(type)}</span>
}

/** The fields of an object, each with what it may be. */
export function Fields({ schema }: { readonly schema: Schema }) {
  const fields = Object.entries(schema.properties ?? {})
  if (fields.length === 0) return null
  return (
    <table class="cards fields">
      <caption class="visually-hidden">Fields</caption>
      <tbody>
        {fields.map(([name, field]) => (
          <tr key={name}>
            <th scope="row" class="mono" data-label="Field">
              {name}
              {schema.required?.includes(name) ? '' : '?'}
            </th>
            <td data-label="Type">
              <SchemaWords schema={field} />
            </td>
            <td data-label="Meaning">{field.description}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** What each word of an enumeration means, where the document says it. */
export function EnumWords({ schema }: { readonly schema: Schema }) {
  const told = schema['x-enumDescriptions'] ?? schema['x-enum-descriptions']
  const meanings = (typeof told === 'object' && told !== null ? told : {}) as Readonly<Record<string, string>>
  return (
    <dl class="facts">
      {schema.enum?.map((word) => (
        <EnumWord key={String(word)} word={String(word)} meaning={meanings[String(word)] ?? ''} />
      ))}
    </dl>
  )
}

function EnumWord({ word, meaning }: { readonly word: string; readonly meaning: string }) {
  return (
    <>
      <dt class="mono">{word}</dt>
      <dd>{meaning}</dd>
    </>
  )
}
