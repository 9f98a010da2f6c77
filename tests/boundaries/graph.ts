import { type Files, targetOf } from './arrows.ts'
import { importsOf } from './imports.ts'

/** Path → the files of the project that it imports. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>

/** Source files below the folder one stands in, by their path, sorted. */
export async function readFiles(pattern: string): Promise<Files> {
  const files = new Map<string, string>()
  for await (const path of new Bun.Glob(pattern).scan('.')) files.set(path, await Bun.file(path).text())
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Imports between these files; `types: false` leaves out what is gone at run time. */
export function graphOf(files: Files, { types }: { readonly types: boolean }): Graph {
  const graph = new Map<string, ReadonlySet<string>>()
  for (const [path, source] of files) {
    const imports = importsOf(source).filter(({ typeOnly }) => types || !typeOnly)
    const targets = imports.map(({ specifier }) => targetOf(path, specifier) ?? '')
    graph.set(path, new Set(targets.filter((target) => files.has(target))))
  }
  return graph
}

/** All that is loaded with this file, itself included. */
export function loadedWith(path: string, graph: Graph): ReadonlySet<string> {
  const loaded = new Set([path])
  for (const each of loaded) for (const target of graph.get(each) ?? []) loaded.add(target)
  return loaded
}

/** Groups in which each reaches each other, sorted; one alone is no circle. */
export function circlesOf(graph: Graph): readonly (readonly string[])[] {
  // Tarjan: `low` is the earliest one on the stack that can be reached from here.
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []
  const visit = (path: string): void => {
    index.set(path, index.size)
    low.set(path, index.get(path) ?? 0)
    stack.push(path)
    for (const target of graph.get(path) ?? []) {
      if (!index.has(target)) visit(target)
      if (stack.includes(target)) low.set(path, Math.min(low.get(path) ?? 0, low.get(target) ?? 0))
    }
    if (low.get(path) !== index.get(path)) return
    const circle = stack.splice(stack.indexOf(path)).sort()
    if (circle.length > 1) circles.push(circle)
  }
  for (const path of graph.keys()) if (!index.has(path)) visit(path)
  return circles.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
}
