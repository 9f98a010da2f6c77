import type { z } from 'zod'
import { either } from '#lib/settings/fields.ts'
import { type ConfigDocument, MOST_TOLD, type Path, type PlacedFault, pathText } from './document.ts'
import { closest } from './faults.ts'
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
        const message = index > MOST_TOLD ? 'Unknown key.' : unknownKey(key, path, value)
        return { ...document.keyAt(full), path: pathText(full), message }
      })
    if (issue.code === 'custom' && issue.params?.key === true)
      return [{ ...document.keyAt(path), path: pathText(path), message: issue.message }]
    const found = valueAt(value, path)
    if (found === undefined) return [{ ...document.at(path), path: pathText(path), message: missing(path, value) }]
    const message =
      found === null && isOptional(path, value) ? `${issue.message} Leave the key out for the default.` : issue.message
    return [{ ...document.at(path), path: pathText(path), message }]
  })
}

function unknownKey(key: string, parent: Path, value: unknown): string {
  const known = Object.keys(schemaAt(parent, value)?.properties ?? {})
  if (key === '<<') return 'Merge keys (<<) are not known here; write common settings under defaults.'
  // What a channel takes depends on its type; no section is meant.
  const homes = parent[1] === 'channels' ? [] : sectionsWith(key)
  if (homes.length > 0) return `The key ${key} does not belong here; it belongs under ${either(homes)}.`
  const near = closest(key, known)
  const shown = JSON.stringify(key)
  return near === null
    ? `Unknown key ${shown}; known here are ${known.join(', ')}.`
    : `Unknown key ${shown}. Did you mean ${near}?`
}

function missing(path: Path, value: unknown): string {
  const key = path.at(-1)
  const schema = schemaAt(path, value)
  const example = schema?.examples?.[0]
  const about = schema?.description === undefined ? '' : ` (${schema.description.replace(/\.$/, '')})`
  return `The key ${key} is missing${about}${example === undefined ? '; add it.' : `; write for example ${key}: ${Array.isArray(example) ? `[${example.join(', ')}]` : String(example)}.`}`
}

function isOptional(path: Path, value: unknown): boolean {
  const key = path.at(-1)
  const parent = schemaAt(path.slice(0, -1), value)
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
