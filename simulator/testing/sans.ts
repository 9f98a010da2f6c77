import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSimulator, type Simulator } from '../admin-api.ts'
import { installSimulator } from '../install.ts'

export interface Answer {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Two SANs in a temporary directory, `a` with the pool `tank`, `b` with the pool `bank`, and a shell for each. */
export interface TestSans {
  readonly a: Simulator
  readonly b: Simulator
  /** Runs a shell line as on the host; `$B` before a command of the line runs it on the other SAN. */
  sh(line: string): Answer
  /** The same, not waited for. */
  start(line: string): Bun.Subprocess<'ignore', 'pipe', 'pipe'>
  close(): void
}

export function makeTestSans(): TestSans {
  const directory = mkdtempSync(join(tmpdir(), 'zwitness-sim-'))
  const a = openSimulator(join(directory, 'a'))
  const b = openSimulator(join(directory, 'b'))
  a.pool.create('tank', { sizeBytes: 10e9 })
  b.pool.create('bank', { sizeBytes: 10e9 })
  const { binDir } = installSimulator({ directory, bunPath: process.execPath })
  const env = {
    ...process.env,
    PATH: `${binDir}:${process.env.PATH}`,
    ZWITNESS_SIM_DIR: a.directory,
    B: `env ZWITNESS_SIM_DIR=${b.directory}`,
  }
  return {
    a,
    b,
    sh(line) {
      const { exitCode, stdout, stderr } = Bun.spawnSync(['bash', '-c', line], { env })
      return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() }
    },
    start: (line) => Bun.spawn(['bash', '-c', line], { env, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' }),
    close: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** Waits until the condition holds; throws after a minute, which is long on the busiest machine. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 60_000
  do {
    if (condition()) return
    await Bun.sleep(20)
  } while (performance.now() < end)
  throw new Error('The condition did not come true within a minute.')
}
