import { join } from 'node:path'
import { existsSync } from '#lib/host/system-calls.ts'
import { checkRouteModule, functionFaults, functionNameFault, isFunctionDefinition, schemaFaults } from './check.ts'
import { comparePaths, routePath } from './route-path.ts'
import {
  type Fault,
  LoadError,
  type LoadedFunction,
  type LoadedIsland,
  type LoadedPage,
  type LoadedRoute,
  type Tree,
} from './tree.ts'

type Module = Readonly<Record<string, unknown>>
type Report = (message: string) => void

/**
 * Imports every handler file and checks it.
 * @throws LoadError with all faults of all files; a tree with any fault is not served at all.
 */
export async function loadTree(folders: HandlerFolders, services?: object): Promise<Tree> {
  const found = scan(folders)
  const faults: Fault[] = []
  const reporter =
    (file: string): Report =>
    (message) =>
      void faults.push({ file, message })

  const functions: LoadedFunction[] = []
  for (const name of found.functions) {
    const file = `functions/${name}`
    const loaded = await loadFunction(join(folders.functions ?? '', name), file, name, reporter(file), services)
    if (loaded) functions.push(loaded)
  }

  const routes: LoadedRoute[] = []
  const pages: LoadedPage[] = []
  const served = new Map<string, string>()
  for (const name of found.routes) {
    const file = `routes/${name}`
    const report = reporter(file)
    const path = routePath(name)
    if (typeof path === 'string') report(path)
    const module = await importModule(join(folders.routes ?? '', name), report)
    if (!module || typeof path === 'string') continue
    const checked = checkRouteModule(module, path)
    checked.faults.forEach(report)
    const claim = (method: string): void => {
      const owner = served.get(`${method} ${path.shape}`)
      if (owner === undefined) served.set(`${method} ${path.shape}`, file)
      else if (owner !== file) report(`${method} ${path.path} is already served by ${owner}`)
    }
    for (const route of checked.routes) {
      claim(route.method)
      routes.push({ ...route, path: path.path, file })
    }
    if (checked.page) {
      claim('GET')
      pages.push({ path: path.path, file, definition: checked.page })
    }
  }

  const islands: LoadedIsland[] = []
  for (const name of found.islands) {
    const file = `islands/${name}`
    const island = await loadIsland(join(folders.islands ?? '', name), file, name, reporter(file))
    if (island) islands.push(island)
  }

  const byPath = (a: { path: string }, b: { path: string }): number => comparePaths(a.path, b.path)
  const tree = { functions, routes: routes.sort(byPath), pages: pages.sort(byPath), islands }
  faults.push(...schemaFaults(tree))
  if (faults.length > 0) throw new LoadError(faults)
  return tree
}

async function importModule(path: string, report: Report): Promise<Module | null> {
  try {
    return (await import(path)) as Module
  } catch (error) {
    report(`cannot be imported: ${importMessage(error)}`)
    return null
  }
}

/** Bun wraps several syntax errors into one AggregateError; the first is the cause. */
function importMessage(error: unknown): string {
  if (error instanceof AggregateError && error.errors[0]) return importMessage(error.errors[0])
  return error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)
    ? String(error.message)
    : String(error)
}

async function loadFunction(
  path: string,
  file: string,
  name: string,
  report: Report,
  services: object | undefined,
): Promise<LoadedFunction | null> {
  const nameFault = functionNameFault(name)
  if (nameFault) report(nameFault)
  const module = await importModule(path, report)
  if (!module) return null
  const definition = module.default
  if (!isFunctionDefinition(definition)) {
    report('must `export default defineFunction({ … })`')
    return null
  }
  for (const fault of await functionFaults(definition, services)) report(fault)
  return { name: name.replace(/\.tsx?$/, ''), file, definition }
}

async function loadIsland(path: string, file: string, name: string, report: Report): Promise<LoadedIsland | null> {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*\.tsx$/.test(name)) {
    report("an island's file name must be kebab-case and end in .tsx, directly in islands/")
  }
  const module = await importModule(path, report)
  if (!module) return null
  if (typeof module.default !== 'function') {
    report('must export its component as default')
    return null
  }
  return {
    name: name.replace(/\.tsx?$/, ''),
    file,
    source: path,
    component: module.default as LoadedIsland['component'],
  }
}

export interface HandlerFolders {
  /** Absolute folders; a folder that does not exist counts as empty only when it is left out. */
  readonly functions?: string
  readonly routes?: string
  readonly islands?: string
}

interface ScannedFiles {
  readonly functions: readonly string[]
  readonly routes: readonly string[]
  readonly islands: readonly string[]
}

/** Files below the three folders, relative to each and sorted: the order never depends on the disk. */
function scan(folders: HandlerFolders): ScannedFiles {
  return {
    functions: files(folders.functions),
    routes: files(folders.routes),
    islands: files(folders.islands),
  }
}

function files(folder: string | undefined): readonly string[] {
  if (folder === undefined) return []
  if (!existsSync(folder)) throw new Error(`The handler folder ${folder} does not exist.`)
  return [...new Bun.Glob('**/*.{ts,tsx}').scanSync({ cwd: folder })].filter(isHandler).sort()
}

function isHandler(file: string): boolean {
  if (file.split('/').some((part) => part.startsWith('_'))) return false
  return !/\.(test|d)\.tsx?$/.test(file)
}
