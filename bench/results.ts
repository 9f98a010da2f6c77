import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from './machine.ts'
import type { Figure } from './measure.ts'

export const ROOT = join(import.meta.dir, '..')
export const RESULTS_FILE = join(ROOT, '.cache', 'bench.json')

export interface Taken {
  readonly measure: string
  readonly seconds: number
  readonly figures: readonly Figure[]
  /** Why the measure came to no end. */
  readonly failure: string | null
}

/** One run of the benches. */
export interface Results {
  readonly at: string
  /** Of the checkout, with a + where files had changes; null outside of git. */
  readonly commit: string | null
  readonly quick: boolean
  readonly busy: boolean
  readonly machine: Machine
  readonly loadAtStart: number
  readonly loadAtEnd: number
  readonly seconds: number
  readonly results: readonly Taken[]
}

/** Of the last run on this checkout; null where there was none. */
export function lastResults(): Results | null {
  if (!existsSync(RESULTS_FILE)) return null
  return JSON.parse(readFileSync(RESULTS_FILE, 'utf8')) as Results
}

export function commitOf(): string | null {
  const git = (...words: readonly string[]) => Bun.spawnSync(['git', '-C', ROOT, ...words], { stderr: 'ignore' })
  const head = git('rev-parse', '--short', 'HEAD')
  if (head.exitCode !== 0) return null
  const changed = git('status', '--porcelain', '--untracked-files=no').stdout.toString() !== ''
  return `${head.stdout.toString().trim()}${changed ? '+' : ''}`
}
