import { test } from 'bun:test'
import { existsSync } from 'node:fs'

/** A program that whoever made a format judges it with: named by a variable, in PATH, or at one of its usual places. */
export function program(variable: string, ...places: readonly string[]): string | null {
  const named = process.env[variable]
  if (named !== undefined) return named
  for (const place of places) {
    const found = place.startsWith('/') ? (existsSync(place) ? place : null) : Bun.which(place)
    if (found !== null) return found
  }
  return null
}

type Test = (title: string, body: () => void | Promise<void>) => void

/** `test`, or a skipped one that says why: the tier counts those, and is not green. */
export function testWhere(missing: string | null, what: string): Test {
  if (missing === null) return test
  console.error(`NOT RUN: ${what}: ${missing}`)
  return test.skip
}

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

export function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Ended {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...argv], { stdin: 'ignore', env: { ...process.env, ...env } })
  return { code: exitCode, out: stdout.toString(), err: stderr.toString() }
}
