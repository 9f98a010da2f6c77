import { Failure } from '../cli/fail.ts'
import type { ObjectType } from '../properties/table.ts'

const words: Record<string, readonly ObjectType[]> = {
  filesystem: ['filesystem'],
  fs: ['filesystem'],
  volume: ['volume'],
  vol: ['volume'],
  snapshot: ['snapshot'],
  snap: ['snapshot'],
  bookmark: ['bookmark'],
  all: ['filesystem', 'volume', 'snapshot', 'bookmark'],
}

/** The value of `-t`. */
export function parseTypes(text: string, usage: string): Set<ObjectType> {
  const types = new Set<ObjectType>()
  for (const word of text.split(',')) {
    const found = words[word]
    if (!found) throw new Failure(`invalid type '${word}'\n${usage}`, 2)
    for (const one of found) types.add(one)
  }
  return types
}
