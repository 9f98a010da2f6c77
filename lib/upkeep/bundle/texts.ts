/** Every text in a document; keys are kept, unless `key` says otherwise. */
export function mapTexts(
  value: unknown,
  text: (text: string, key: string | null) => string,
  key: (key: string) => string = (name) => name,
): unknown {
  const walk = (part: unknown, name: string | null): unknown => {
    if (typeof part === 'string') return text(part, name)
    if (Array.isArray(part)) return part.map((each) => walk(each, name))
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([each, inner]) => [key(each), walk(inner, each)]))
  }
  return walk(value, null)
}
