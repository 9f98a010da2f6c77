import { isAlias, isMap, isNode, isScalar, isSeq, type Node, type Scalar } from 'yaml'
import { expandVariables } from './expand.ts'
import { MAX_DEPTH, parseYaml } from './yaml.ts'

/** Keys and list positions from the file's root. */
export type Path = readonly (string | number)[]

export interface Position {
  /** Both from 1. */
  readonly line: number
  readonly column: number
}

/** A fault before it knows its file: `path` in dots, `''` for the whole file. */
export interface PlacedFault extends Position {
  readonly path: string
  readonly message: string
}

/** The file as plain data, with the way back from every path to its place in the text. */
export interface ConfigDocument {
  readonly value: unknown
  readonly faults: readonly PlacedFault[]
  /** Where the value stands; of a key that is not there, its nearest container. */
  at(path: Path): Position
  /** Where the key itself stands; for a list item, the item. */
  keyAt(path: Path): Position
  /** The variables that went into a scalar, in order. */
  variablesAt(path: Path): readonly string[]
  /** Every scalar that variables went into. */
  variables(): readonly { readonly path: Path; readonly names: readonly string[] }[]
}

/** With what aliases stand for, as often as they do. */
const MAX_NODES = 200_000

export const pathText = (path: Path): string => path.join('.')
const keyOf = (path: Path): string => JSON.stringify(path)

/** Never throws: whatever is wrong with the text is in `faults`, and `value` is what could be read all the same. */
export function readDocument(text: string, env: Readonly<Record<string, string | undefined>>): ConfigDocument {
  const faults: PlacedFault[] = []
  const values = new Map<string, Position>()
  const keys = new Map<string, Position>()
  const variables = new Map<string, readonly string[]>()
  const nearest = (places: Map<string, Position>, path: Path): Position => {
    for (let end = path.length; end >= 0; end--) {
      const found = (end === path.length ? places : values).get(keyOf(path.slice(0, end)))
      if (found !== undefined) return found
    }
    return { line: 1, column: 1 }
  }
  const finish = (value: unknown): ConfigDocument => ({
    value,
    faults,
    at: (path) => nearest(values, path),
    keyAt: (path) => keys.get(keyOf(path)) ?? nearest(values, path),
    variablesAt: (path) => variables.get(keyOf(path)) ?? [],
    variables: () => [...variables].map(([key, names]) => ({ path: JSON.parse(key) as Path, names })),
  })

  const { document, position, faults: refused } = parseYaml(text)
  faults.push(...refused)
  // A tree with syntax errors is half guessed; judging it would bury the one true fault under false ones.
  if (faults.length > 0) return finish(undefined)

  // Our own table: the library looks through the whole document at every alias.
  const anchors = new Map<string, Node>()
  const twice: PlacedFault[] = []
  let nodes = 0
  const walk = (node: unknown, path: Path, fallback: Position): unknown => {
    nodes++
    if (nodes === MAX_NODES)
      faults.push({
        ...fallback,
        path: pathText(path),
        message: `More than ${MAX_NODES} values, aliases counted as often as they are used; write fewer aliases.`,
      })
    if (nodes >= MAX_NODES) return null
    if (path.length > MAX_DEPTH) {
      faults.push({
        ...fallback,
        path: pathText(path),
        message: `Nested more than ${MAX_DEPTH} levels deep; nothing in this file needs that.`,
      })
      return null
    }
    if (isAlias(node)) {
      const place = node.range ? position(node.range[0]) : fallback
      if (anchors.has(node.source)) return walk(anchors.get(node.source), path, place)
      faults.push({
        ...place,
        path: pathText(path),
        message: `The alias *${node.source} has no anchor &${node.source} before it; write the value itself.`,
      })
      return null
    }
    if (isNode(node) && 'anchor' in node && typeof node.anchor === 'string') anchors.set(node.anchor, node)
    const here = (node as Node | null)?.range ? position((node as Node).range?.[0] ?? 0) : fallback
    values.set(keyOf(path), here)
    if (isMap(node)) {
      const result: Record<string, unknown> = {}
      for (const pair of node.items) {
        const keyPlace = (pair.key as Node | null)?.range ? position((pair.key as Node).range?.[0] ?? 0) : here
        const key = plainKey(pair.key)
        if (key === null) {
          faults.push({
            ...keyPlace,
            path: pathText(path),
            message: 'A key must be a plain word; put it in quotes if it is meant so.',
          })
          continue
        }
        if (Object.hasOwn(result, key)) {
          const message = 'This key stands twice here; keep one of them.'
          twice.push({ ...keyPlace, path: pathText([...path, key]), message })
          continue
        }
        keys.set(keyOf([...path, key]), keyPlace)
        result[key] = walk(pair.value, [...path, key], keyPlace)
      }
      return result
    }
    if (isSeq(node)) return node.items.map((item, index) => walk(item, [...path, index], here))
    if (!isScalar(node)) return null
    if (typeof node.value !== 'string') return typeof node.value === 'bigint' ? Number(node.value) : node.value
    const expanded = expandVariables(node.value, env)
    for (const message of expanded.faults) faults.push({ ...here, path: pathText(path), message })
    if (expanded.names.length > 0) variables.set(keyOf(path), expanded.names)
    return expanded.text
  }
  const value = walk(document?.contents ?? null, [], { line: 1, column: 1 })
  faults.push(...twice)
  return finish(twice.length > 0 ? undefined : value)
}

function plainKey(node: unknown): string | null {
  if (!isScalar(node)) return null
  const { value, source } = node as Scalar
  if (typeof value === 'string') return value === '__proto__' ? null : value
  return value === null || value === undefined ? null : (source ?? String(value))
}
