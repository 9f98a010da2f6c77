import { type ConfigDocument, type Path, type PlacedFault, pathText } from './document.ts'
import { schemaAt } from './json-schema.ts'
import type { Untold } from './untold.ts'

export interface WithSecrets {
  readonly value: unknown
  readonly faults: readonly PlacedFault[]
  /** What the files held. */
  readonly files: readonly Untold[]
}

/** Reads a file whole; throws an Error that says why it cannot. */
export type ReadFile = (path: string) => string

/**
 * Puts the content of `<key>_file` in the place of every `<key>` that the schema marks as secret, before the schema judges
 * the value. Other keys that end in `_file` (identity_file) are paths and stay.
 */
export function readSecretFiles(value: unknown, document: ConfigDocument, readFile: ReadFile): WithSecrets {
  const faults: PlacedFault[] = []
  const files: Untold[] = []
  const walk = (node: unknown, path: Path): unknown => {
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, index]))
    if (typeof node !== 'object' || node === null) return node
    const result: Record<string, unknown> = {}
    for (const [key, child] of Object.entries(node)) {
      const twin = key.endsWith('_file') ? key.slice(0, -'_file'.length) : null
      if (twin === null || schemaAt([...path, twin])?.secret !== true || typeof child !== 'string') {
        result[key] = walk(child, [...path, key])
        continue
      }
      const fault = (message: string): unknown =>
        faults.push({ ...document.at([...path, key]), path: pathText([...path, key]), message })
      if (Object.hasOwn(node, twin)) fault(`Both ${twin} and ${key} are given; keep one.`)
      try {
        const content = readFile(child).replace(/\r?\n$/, '')
        result[twin] = content
        files.push({ value: content, name: `what ${child} holds` })
      } catch (error) {
        fault(
          `The file ${JSON.stringify(child)} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
        )
      }
    }
    return result
  }
  return { value: walk(value, []), faults, files }
}
