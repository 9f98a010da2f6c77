import type { z } from 'zod'
import type { Fault } from './load-error.ts'
import type { Tree } from './tree.ts'
import { schemaId, walkSchema } from './walk-schema.ts'

/** Zod takes two schemas with one id without a word and the last one wins, so the API document would lie about one. */
export function schemaFaults(tree: Tree): Fault[] {
  const owners = new Map<string, { schema: z.ZodType; file: string }>()
  const faults: Fault[] = []
  for (const { file, definition } of [...tree.functions, ...tree.routes, ...tree.pages]) {
    const { input, output } = { output: undefined, ...definition }
    for (const schema of [input, output]) {
      if (!schema) continue
      walkSchema(schema, (part) => {
        const id = schemaId(part)
        if (id === undefined) return
        const owner = owners.get(id)
        if (!owner) owners.set(id, { schema: part, file })
        else if (owner.schema !== part) {
          faults.push({ file, message: `schema id "${id}" is already another schema's in ${owner.file}` })
        }
      })
    }
  }
  return faults.filter(
    (fault, at) => faults.findIndex((other) => other.file === fault.file && other.message === fault.message) === at,
  )
}
