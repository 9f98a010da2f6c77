import { existsSync } from 'node:fs'

export interface HandlerFolders {
  /** Absolute folders; a folder that does not exist counts as empty only when it is left out. */
  readonly functions?: string
  readonly routes?: string
  readonly islands?: string
}

export interface ScannedFiles {
  readonly functions: readonly string[]
  readonly routes: readonly string[]
  readonly islands: readonly string[]
}

/** Files below the three folders, relative to each and sorted: the order never depends on the disk. */
export function scan(folders: HandlerFolders): ScannedFiles {
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
