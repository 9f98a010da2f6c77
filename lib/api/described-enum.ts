import { z } from 'zod'

/** An enum whose every value has its sentence in the API document, as a list for people and as data for programs. */
export function describedEnum<const V extends string>(id: string, about: string, values: Readonly<Record<V, string>>) {
  const names = Object.keys(values) as unknown as readonly V[]
  const lines = names.map((name) => `- \`${name}\`: ${values[name]}`)
  return z.enum(names).meta({
    id,
    description: `${about} Clients must expect values that are not listed yet.\n\n${lines.join('\n')}`,
    'x-enumDescriptions': { ...values },
  })
}
