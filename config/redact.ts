import { isMap, isScalar, isSeq, type Node } from 'yaml'
import type { Path } from './document.ts'
import { schemaAt } from './json-schema.ts'
import { MASK } from './origins.ts'
import { parseYaml } from './yaml.ts'

/**
 * The file as it stands, to be shown: secrets and whatever the schema does not know are masked, and so is what follows a
 * `#`, where a password may have been put away. Null where the text is no YAML: of that nothing can be told.
 */
export function redactText(text: string): string | null {
  const { document } = parseYaml(text)
  if (document === null || !isNodeLike(document.contents)) return null
  const hidden: [number, number][] = []
  collect(document.contents, [], hidden)
  const shown: string[] = []
  let from = 0
  for (const [start, end] of hidden.sort((a, b) => a[0] - b[0])) {
    shown.push(text.slice(from, start), MASK)
    from = end
  }
  return withoutComments(shown.join('') + text.slice(from))
}

function isNodeLike(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value)
}

function collect(node: unknown, path: Path, hidden: [number, number][]): void {
  if (isMap(node)) {
    for (const { key, value } of node.items)
      collect(value, [...path, isScalar(key) ? String(key.value) : String(key)], hidden)
  } else if (isSeq(node)) {
    for (const [at, item] of node.items.entries()) collect(item, [...path, at], hidden)
  } else if (isScalar(node) && node.range && node.value !== null) {
    const schema = schemaAt(path)
    if (schema === null || schema.secret === true) hidden.push([node.range[0], node.range[1]])
  }
}

/** Only where a comment certainly begins: a `#` in a value is left alone. */
function withoutComments(text: string): string {
  return text
    .split('\n')
    .map((line) => (/^\s*#/.test(line) ? line.replace(/#.*$/, '# …') : line))
    .join('\n')
}
