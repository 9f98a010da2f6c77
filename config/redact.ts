import { isMap, isNode, isScalar, isSeq, type Node } from 'yaml'
import { lexed, type Path, parseYaml } from './document.ts'
import { schemaAt } from './json-schema.ts'

/** What stands in the place of a secret. */
export const MASK = '***'

/**
 * The file as it stands, to be shown: secrets and whatever the schema does not know are masked, and so is what follows a
 * `#`, where a password may have been put away. Null where the text is no YAML: nothing can be said of that.
 */
export function redactText(text: string): string | null {
  const hidden = hiddenRanges(text)
  if (hidden === null) return null
  const shown: string[] = []
  let from = 0
  for (const [start, end] of hidden) {
    // A comment within what is hidden already, or one that reaches beyond it.
    if (start >= from) shown.push(text.slice(from, start), MASK)
    from = Math.max(from, end)
  }
  return shown.join('') + text.slice(from)
}

/** What of the text must not be shown, from and to (exclusive), by where it begins; null where the text is no YAML. */
export function hiddenRanges(text: string): readonly (readonly [number, number])[] | null {
  const { document } = parseYaml(text)
  if (document === null || !isNodeLike(document.contents)) return null
  const hidden: [number, number][] = []
  collect(document.contents, [], { text, hidden })
  for (const [start, end] of commentRanges(text)) {
    const blanks = text.slice(start, end).search(/\S/)
    if (blanks >= 0) hidden.push([start + blanks, end])
  }
  return hidden.sort((a, b) => a[0] - b[0])
}

function isNodeLike(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value)
}

interface Hiding {
  readonly text: string
  /** From and to, exclusive. */
  readonly hidden: [number, number][]
}

function collect(node: unknown, path: Path, hiding: Hiding): void {
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      if (isNode(key) && !isScalar(key) && key.range) hiding.hidden.push([key.range[0], key.range[1]])
      collect(value, [...path, isScalar(key) ? String(key.value) : String(key)], hiding)
    }
  } else if (isSeq(node)) {
    for (const [at, item] of node.items.entries()) collect(item, [...path, at], hiding)
  } else if (isScalar(node) && node.range && node.value !== null) {
    const [start, end] = node.range
    const schema = schemaAt(path)
    const written = hiding.text.slice(start, end)
    if (
      schema === null ||
      schema.secret === true ||
      isNoPathOfSecret(path, node.value) ||
      isWrittenOtherwise(written, node.value)
    )
      hiding.hidden.push([start, end])
    else hiding.hidden.push(...secretParts(written).map(shiftedBy(start)))
  }
}

/** What stands where the path of a secret's file belongs, and is none: probably the secret itself. */
function isNoPathOfSecret(path: Path, value: unknown): boolean {
  const key = String(path.at(-1))
  if (!key.endsWith('_file') || (typeof value === 'string' && value.startsWith('/'))) return false
  return schemaAt([...path.slice(0, -1), key.slice(0, -'_file'.length)])?.secret === true
}

/** A block, or a value with escapes: where its parts stand cannot be told, so it is hidden whole if it has any. */
function isWrittenOtherwise(written: string, value: unknown): boolean {
  return typeof value === 'string' && !written.includes(value) && secretParts(value).length > 0
}

/**
 * What may be a secret in a value that is none: user and password of an address (`https://user:password@host`,
 * `user:password@host`), and what follows its `?` or `#`. Such a value is refused, and stands here until it is corrected.
 */
function secretParts(value: string): readonly [number, number][] {
  const login = /:(?:\/\/)?(?=[^@]*@)/.exec(value)
  const after = login === null ? 0 : value.lastIndexOf('@')
  const query = value.includes('://') ? value.slice(after).search(/[?#]/) : -1
  const parts: [number, number][] = []
  if (login !== null) parts.push([login.index + login[0].length, after])
  if (query >= 0) parts.push([after + query + 1, value.length])
  return parts.filter(([from, to]) => to > from)
}

function shiftedBy(offset: number) {
  return ([from, to]: readonly [number, number]): [number, number] => [from + offset, to + offset]
}

/** Where the text of a comment stands, without its `#`, wherever on a line it begins. A `#` in a value is none. */
export function commentRanges(text: string): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = []
  for (const { token, offset, isScalar } of lexed(text))
    if (!isScalar && token.startsWith('#')) ranges.push([offset + 1, offset + token.length])
  return ranges
}
