/** One import as it stands in a file. */
export interface Import {
  /** As written: `./x.ts`, `#lib/zfs/types.ts`, `hono`. */
  readonly specifier: string
  /** Gone at run time. */
  readonly typeOnly: boolean
  /** From 1. */
  readonly line: number
}

const FROM = /^[ \t]*(import|export)\s+(type\s+)?([\w*\s{},$]*?)\s*\bfrom\s*(['"])([^'"\n]+)\4/gm
const SIDE_EFFECT = /^[ \t]*import\s*(['"])([^'"\n]+)\1/gm
const CALL = /\b(?:import|require)\s*\(\s*(['"])([^'"\n]+)\1\s*\)\s*(\.\s*[A-Z]\w*)?/g

/**
 * Every import of a source text: static, for side effects, `export … from`, `import('…')`, and types. Read from the text
 * because Bun's own scanner leaves out imports of types, and they have rules too.
 */
export function importsOf(source: string): readonly Import[] {
  const text = withoutComments(source)
  const lineAt = (index: number): number => text.slice(0, index).split('\n').length
  const found: (Import & { index: number })[] = []
  for (const match of text.matchAll(FROM)) {
    const [, , type, names = '', , specifier = ''] = match
    found.push({
      specifier,
      typeOnly: type !== undefined || onlyTypes(names),
      line: lineAt(match.index),
      index: match.index,
    })
  }
  for (const match of text.matchAll(SIDE_EFFECT)) {
    found.push({ specifier: match[2] ?? '', typeOnly: false, line: lineAt(match.index), index: match.index })
  }
  for (const match of text.matchAll(CALL)) {
    // `import('x').Name` is a type; a module that is called for is awaited or has `.then`.
    found.push({
      specifier: match[2] ?? '',
      typeOnly: match[3] !== undefined,
      line: lineAt(match.index),
      index: match.index,
    })
  }
  return found.sort((a, b) => a.index - b.index).map(({ specifier, typeOnly, line }) => ({ specifier, typeOnly, line }))
}

/** `{ type A, type B }` and nothing else. */
function onlyTypes(names: string): boolean {
  const list = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1]
  if (list === undefined) return false
  const each = list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return each.length > 0 && each.every((name) => name.startsWith('type '))
}

/** Comments become blanks of the same length, so that lines keep their numbers. Strings stay: imports are in them. */
export function withoutComments(source: string): string {
  const blank = (text: string): string => text.replace(/[^\n]/g, ' ')
  return source.replace(
    /(['"])(?:\\.|(?!\1)[^\\\n])*\1|\/\*[\s\S]*?\*\/|(^|[^:\\/])\/\/[^\n]*/g,
    (text, quote, before) => (quote === undefined ? (before ?? '') + blank(text.slice((before ?? '').length)) : text),
  )
}
