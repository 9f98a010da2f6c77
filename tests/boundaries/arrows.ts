import { posix } from 'node:path'
import { type Import, importsOf, withoutComments } from './imports.ts'
import { ANYONES, ONLY_IN_HOST, ROOMS, type Room, roomOf } from './rooms.ts'

/** Path in the repository → source text. */
export type Files = ReadonlyMap<string, string>

/** Every import that the rooms do not allow, as `file:line: what is wrong`. Tests and fixtures may import anything. */
export function wrongArrows(files: Files): string[] {
  const problems: string[] = []
  const edges = new Map<string, Map<string, string>>()
  for (const [path, source] of files) {
    if (isTest(path)) continue
    const room = roomOf(path)
    const rules = ROOMS[room]
    if (rules === undefined) {
      problems.push(`${path}:1: there is no room "${room}" in tests/boundaries/rooms.ts: say there what it may import`)
      continue
    }
    const environment = environmentLine(source)
    if (environment !== null && room !== 'lib/host' && room !== 'simulator')
      problems.push(`${path}:${environment}: process.env is read and set by lib/host/environment.ts only`)
    for (const one of importsOf(source)) {
      const target = targetOf(path, one.specifier)
      const wrong = target === null ? wrongPackage(one, room, rules) : wrongFile(one, target, room, rules)
      if (wrong !== null) problems.push(`${path}:${one.line}: ${wrong}`)
      if (target !== null && roomOf(target) !== room) remember(edges, room, roomOf(target), `${path}:${one.line}`)
    }
  }
  return [...problems, ...cycles(edges)]
}

/** Beside its file, a fixture, or in the folders that are only tests. */
export function isTest(path: string): boolean {
  return /\.test\.tsx?$|(^|[/.-])fixtures?[/.]|^(tests|bench)\//.test(path) || /\/(testing|conformance)\//.test(path)
}

/** The file in the repository that is meant, or null for a package. */
export function targetOf(from: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return posix.normalize(posix.join(posix.dirname(from), specifier))
  return specifier.startsWith('#') ? specifier.slice(1) : null
}

function wrongPackage({ specifier }: Import, room: string, rules: Room): string | null {
  if (ONLY_IN_HOST.includes(specifier) && room !== 'lib/host' && room !== 'simulator')
    return `only lib/host may import ${specifier}: use lib/host/files.ts or lib/host/system-calls.ts`
  const allowed = rules.packages.some((name) => (/[:/]$/.test(name) ? specifier.startsWith(name) : specifier === name))
  return allowed ? null : `${room} may not import ${specifier}; it may import ${listed(rules.packages)}`
}

function wrongFile({ specifier, typeOnly }: Import, target: string, room: string, rules: Room): string | null {
  if (isTest(target)) return `it imports ${specifier}, which is there for tests only`
  const to = roomOf(target)
  if (to === room || to === ANYONES) return null
  // package.json, for the version.
  if (!target.includes('/')) return room === 'lib/app' ? null : `${room} may not import ${specifier}`
  // Downwards from lib/ itself is the composition root's way; upwards or sideways hides an arrow.
  if (specifier.startsWith('..')) return `${specifier} leaves the room ${room}: write #${target}`
  const matches = (name: string): boolean => name === '*' || name === to || name === target
  if (rules.uses.some(matches)) return null
  if (rules.types?.some(matches)) {
    return typeOnly ? null : `${room} may import only types from ${to}: write \`import type\`, or move what it needs`
  }
  return `${room} may not import from ${to}; it may import from ${listed([...rules.uses, ...(rules.types ?? [])])}`
}

/** The first line that uses the environment directly, from 1. A text that only names it (what a bundler replaces) is none. */
function environmentLine(source: string): number | null {
  const at = withoutComments(source)
    .split('\n')
    .findIndex((line) => /(?<!['"`])\b(?:process|Bun|import\.meta)\.env\b/.test(line))
  return at < 0 ? null : at + 1
}

const listed = (names: readonly string[]): string => (names.length === 0 ? 'nothing' : names.join(', '))

function remember(edges: Map<string, Map<string, string>>, from: string, to: string, where: string): void {
  const known = edges.get(from) ?? new Map<string, string>()
  if (!known.has(to)) known.set(to, where)
  edges.set(from, known)
}

/** Rooms that import each other in a circle, types included. The composition root stands outside: it sees everyone. */
function cycles(edges: ReadonlyMap<string, ReadonlyMap<string, string>>): string[] {
  const found = new Set<string>()
  const walk = (room: string, path: readonly string[]): void => {
    const at = path.indexOf(room)
    if (at >= 0) {
      const circle = path.slice(at)
      const first = circle.indexOf(circle.toSorted()[0] ?? '')
      found.add([...circle.slice(first), ...circle.slice(0, first)].join(' → '))
      return
    }
    for (const to of edges.get(room)?.keys() ?? []) if (to !== 'lib') walk(to, [...path, room])
  }
  for (const room of edges.keys()) if (room !== 'lib') walk(room, [])
  return [...found].map((circle) => `the rooms ${circle} → … import each other in a circle`)
}
