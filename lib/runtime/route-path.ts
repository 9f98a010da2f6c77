/** `api/datasets/[id].ts` → `{ path: '/api/datasets/:id', parameters: ['id'], … }`; a string when the name is impossible. */
export interface RoutePath {
  /** As Hono matches it. */
  readonly path: string
  readonly parameters: readonly string[]
  /** Equal for two files that would serve the same URLs: parameters lose their names. */
  readonly shape: string
}

const FIXED = /^[a-z0-9][a-z0-9.-]*$/
const PARAMETER = /^\[([a-z][A-Za-z0-9]*)\]$/
const CATCH_ALL = /^\[\.\.\.([a-z][A-Za-z0-9]*)\]$/

export function routePath(file: string): RoutePath | string {
  const segments = file.replace(/\.tsx?$/, '').split('/')
  if (segments.at(-1) === 'index') segments.pop()
  const parameters: string[] = []
  const path: string[] = []
  const shape: string[] = []
  for (const [at, segment] of segments.entries()) {
    const parameter = PARAMETER.exec(segment)?.[1]
    const rest = CATCH_ALL.exec(segment)?.[1]
    if (rest && at < segments.length - 1) return `[...${rest}] must be the last segment`
    const name = parameter ?? rest
    if (name && parameters.includes(name)) return `[${name}] stands twice in the path`
    if (name) parameters.push(name)
    if (parameter) path.push(`:${parameter}`)
    else if (rest) path.push(`:${rest}{.+}`)
    else if (FIXED.test(segment)) path.push(segment)
    else return `"${segment}" must be kebab-case, [parameter] or [...rest]`
    shape.push(parameter ? ':' : rest ? '*' : segment)
  }
  return { path: `/${path.join('/')}`, parameters, shape: `/${shape.join('/')}` }
}

function rank(segment: string | undefined): number {
  if (segment === undefined) return -1
  if (segment.startsWith(':')) return segment.endsWith('{.+}') ? 2 : 1
  return 0
}

/** Hono takes the first registered match, so: fixed segment before parameter before catch-all. */
export function comparePaths(left: string, right: string): number {
  const a = left.split('/')
  const b = right.split('/')
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = rank(a[at]) - rank(b[at])
    if (difference !== 0) return difference
    if (rank(a[at]) === 0 && a[at] !== b[at]) return (a[at] ?? '') < (b[at] ?? '') ? -1 : 1
  }
  return 0
}

/** `/api/datasets/:id` → `/api/datasets/{id}`, as OpenAPI writes it. */
export function openApiPath(path: string): string {
  return path.replace(/:([A-Za-z0-9]+)(\{\.\+\})?/g, '{$1}')
}
