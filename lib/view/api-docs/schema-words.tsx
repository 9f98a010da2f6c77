import { refName, type Schema } from './document.ts'

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
