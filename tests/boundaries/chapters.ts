import { posix } from 'node:path'
import { type Files, isTest } from './arrows.ts'
import { deadExports } from './exports.ts'
import { circlesOf, graphOf } from './graph.ts'

/**
 * A file is a chapter that a person reads in one sitting: an idea, its parts and their reasons together. These are the
 * rules of it that can be checked.
 */
export type Rule = 'circle' | 'only each other' | 'long' | 'twins' | 'folder and file' | 'says nothing' | 'dead export'

export interface Problem {
  readonly rule: Rule
  /** A path, `path#name`, or two paths. */
  readonly where: string
  readonly says: string
}

/** A chapter is about 90 lines; one of more than this is two, or has a reason. */
const MOST_LINES = 400
/** Tables of cases are long and still one idea. */
const MOST_LINES_OF_A_TEST = 450
/** Files that may be longer, with the reason. */
const LONG_FOR_A_REASON: Readonly<Record<string, string>> = {}

/** Names under which anything may be put, and nothing is looked for. */
const SAYS_NOTHING = /^(utils?|helpers?|misc|common|stuff)$/

/** Found by the framework, by their place: nobody imports what they export. */
const HANDLERS = /^(functions|routes)\/.*[^/]*$/
const OF_A_HANDLER = /^(default|GET|POST|PUT|PATCH|DELETE)$/

/** What in these files is not a chapter. `files`: all of the project, tests included. */
export function wrongChapters(files: Files): readonly Problem[] {
  const production = new Map([...files].filter(([path]) => !isTest(path)))
  return [
    ...connected(production, files),
    ...tooLong(files),
    ...namedAlike([...files.keys()]),
    ...deadExports(production, files)
      .filter(({ path, name }) => !HANDLERS.test(path) || !OF_A_HANDLER.test(name))
      .map(({ path, name }): Problem => {
        return { rule: 'dead export', where: `${path}#${name}`, says: 'it is exported, and no file imports it' }
      }),
  ]
}

function connected(production: Files, files: Files): readonly Problem[] {
  const problems: Problem[] = []
  for (const circle of circlesOf(graphOf(production, { types: true }))) {
    const says = `these files import each other in a circle, types included: ${circle.join(', ')}`
    for (const where of circle) problems.push({ rule: 'circle', where, says })
  }
  const importers = new Map<string, string[]>()
  for (const [path, targets] of graphOf(files, { types: true })) {
    for (const target of targets) importers.set(target, [...(importers.get(target) ?? []), path])
  }
  for (const path of production.keys()) {
    const [other = '', ...more] = importers.get(path) ?? []
    const [back, ...others] = importers.get(other) ?? []
    if (more.length > 0 || others.length > 0 || back !== path || path > other) continue
    problems.push({
      rule: 'only each other',
      where: `${path} ${other}`,
      says: 'each is imported only by the other: they are one',
    })
  }
  return problems
}

function tooLong(files: Files): readonly Problem[] {
  const problems: Problem[] = []
  for (const [path, source] of files) {
    const lines = source.split('\n').length - 1
    const most = isTest(path) ? MOST_LINES_OF_A_TEST : MOST_LINES
    if (lines <= most || LONG_FOR_A_REASON[path] !== undefined) continue
    problems.push({ rule: 'long', where: path, says: `${lines} lines; one chapter a file, at most ${most}` })
  }
  return problems
}

/** The paths of routes are addresses: they are named as the visitor sees them. */
const ADDRESSES = /^routes\//

function namedAlike(paths: readonly string[]): readonly Problem[] {
  const problems: Problem[] = []
  const named = paths.filter((path) => !ADDRESSES.test(path))
  const folders = new Set<string>()
  for (const path of named) {
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) folders.add(folder)
  }
  const files = new Map(named.filter((path) => !isAside(path)).map((path) => [withoutEnding(path), path]))
  for (const [name, path] of files) {
    const twin = files.get(`${name}s`)
    if (twin !== undefined)
      problems.push({ rule: 'twins', where: `${path} ${twin}`, says: 'their names differ by an s' })
    if (folders.has(name)) {
      problems.push({ rule: 'folder and file', where: path, says: `the folder ${name}/ beside it has the same name` })
    }
  }
  for (const folder of folders) {
    if (folders.has(`${folder}s`)) {
      problems.push({ rule: 'twins', where: `${folder}/ ${folder}s/`, says: 'their names differ by an s' })
    }
  }
  for (const path of [...files.values(), ...folders]) {
    const name = posix.basename(withoutEnding(path))
    if (!SAYS_NOTHING.test(name)) continue
    problems.push({ rule: 'says nothing', where: path, says: `"${name}" does not say what is in it` })
  }
  return problems
}

/** `x.test.ts`, `x.fixture.ts`: named after the file they stand beside. */
const isAside = (path: string): boolean => /\.[\w-]+\.tsx?$/.test(path)

const withoutEnding = (path: string): string => path.replace(/\.tsx?$/, '')
