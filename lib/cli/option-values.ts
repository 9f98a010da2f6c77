/** `broken,warning` → the words of the API; null where the option was not given. */
export function upperWords(text: string | null): readonly string[] | null {
  if (text === null) return null
  return text
    .split(',')
    .map((word) => word.trim().toUpperCase().replaceAll('-', '_'))
    .filter((word) => word !== '')
}

/** Address of a dataset; an id may hold any character. */
export function datasetPath(id: string, rest = ''): string {
  return `/api/datasets/${encodeURIComponent(id)}${rest}`
}
