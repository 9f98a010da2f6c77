import type { z } from 'zod'
import { coerceText } from './coerce.ts'

/**
 * `['limit=3', 'tag=a', 'tag=b']` (from `-i limit=3 -i tag=a …`) → raw input, coerced as a query string would be.
 * @throws Error naming the argument and, for an unknown name, the fields there are.
 */
export function parseInputArguments(schema: z.ZodObject | undefined, args: readonly string[]): Record<string, unknown> {
  const fields = Object.keys(schema?.shape ?? {})
  const pairs = args.map((argument): [string, string] => {
    const equals = argument.indexOf('=')
    if (equals < 1) throw new Error(`-i ${argument}: write -i name=value, for example -i ${fields[0] ?? 'limit'}=3`)
    const name = argument.slice(0, equals)
    if (!fields.includes(name)) {
      const known = fields.length > 0 ? `it takes ${fields.join(', ')}` : 'it takes no input'
      throw new Error(`-i ${argument}: there is no input "${name}"; ${known}`)
    }
    return [name, argument.slice(equals + 1)]
  })
  return schema ? coerceText(schema, pairs) : {}
}
