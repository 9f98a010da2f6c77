import type { z } from 'zod'
import { type ConfigDocument, MOST_TOLD, type Path, type PlacedFault, pathText } from './document.ts'
import { closest } from './faults.ts'
import { either } from './fields.ts'
import { schemaAt, sectionsWith } from './json-schema.ts'

type Issue = z.core.$ZodIssue

/** What zod found, in the words and places of the file. */
export function faultsOfIssues(issues: readonly Issue[], value: unknown, document: ConfigDocument): PlacedFault[] {
  return issues.flatMap((issue) => {
    const path = issue.path.filter((step) => typeof step !== 'symbol')
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key, index) => {
        const full = [...path, key]
        // Further ones are only counted.
        const message = index > MOST_TOLD ? 'Unknown key.' : unknownKey(key, path)
        return { ...document.keyAt(full), path: pathText(full), message }
      })
    if (issue.code === 'custom' && issue.params?.key === true)
      return [{ ...document.keyAt(path), path: pathText(path), message: issue.message }]
    const found = valueAt(value, path)
    if (found === undefined) return [{ ...document.at(path), path: pathText(path), message: missing(path) }]
    const message =
      found === null && isOptional(path) ? `${issue.message} Leave the key out for the default.` : issue.message
    return [{ ...document.at(path), path: pathText(path), message }]
  })
}

function unknownKey(key: string, parent: Path): string {
  const known = Object.keys(schemaAt(parent)?.properties ?? {})
  if (key === '<<') return 'Merge keys (<<) are not known here; write common settings under defaults.'
  const homes = sectionsWith(key)
  if (homes.length > 0) return `The key ${key} does not belong here; it belongs under ${either(homes)}.`
  const near = closest(key, known)
  const shown = JSON.stringify(key)
  return near === null
    ? `Unknown key ${shown}; known here are ${known.join(', ')}.`
    : `Unknown key ${shown}. Did you mean ${near}?`
}

function missing(path: Path): string {
  const key = path.at(-1)
  const schema = schemaAt(path)
  const example = schema?.examples?.[0]
  const about = schema?.description === undefined ? '' : ` (${schema.description.replace(/\.$/, '')})`
  return `The key ${key} is missing${about}${example === undefined ? '; add it.' : `; write for example ${key}: ${String(example)}.`}`
}

function isOptional(path: Path): boolean {
  const key = path.at(-1)
  const parent = schemaAt(path.slice(0, -1))
  return Object.hasOwn(parent?.properties ?? {}, key ?? '') && parent?.required?.includes(String(key)) !== true
}

export function valueAt(value: unknown, path: Path): unknown {
  let at = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Record<string | number, unknown>)[step]
  }
  return at
}
