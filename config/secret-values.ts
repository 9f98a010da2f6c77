import type { Path } from './document.ts'
import { schemaAt } from './json-schema.ts'
import type { ReadConfig } from './read.ts'

/** Everything in a configuration that its schema calls a secret, as far as it could be read: to be taken out of texts. */
export function secretValues({ loaded, secrets }: ReadConfig): readonly string[] {
  const found: string[] = [...secrets.values()]
  const walk = (value: unknown, path: Path): void => {
    if (typeof value === 'string') {
      if (schemaAt(path)?.secret === true) found.push(value)
    } else if (Array.isArray(value)) for (const [at, each] of value.entries()) walk(each, [...path, at])
    else if (typeof value === 'object' && value !== null)
      for (const [key, each] of Object.entries(value)) walk(each, [...path, key])
  }
  if (loaded.faults === undefined) walk(loaded.trace.value, [])
  return found
}
