import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSimulator } from '../admin-api.ts'
import { installSimulator } from '../install.ts'
import { parseResults, renderScenario, type StepResult } from './render.ts'
import type { Scenario } from './scenario.ts'

const pools = ['hqs8p1', 'hqs10p1'] as const
const poolBytes = 2_013_265_920

/** Runs a scenario on a simulated SAN of its own, with pools like those of the lab. */
export async function runOnSimulator(scenario: Scenario, prefix: readonly string[] = []): Promise<StepResult[]> {
  const directory = mkdtempSync(join(tmpdir(), 'zwitness-sim-'))
  try {
    const state = join(directory, 'san')
    const simulator = openSimulator(state)
    for (const name of pools) {
      simulator.pool.create(name, {
        sizeBytes: poolBytes,
        properties: { mountpoint: `/pools/${name}`, compression: 'lz4' },
      })
    }
    const { binDir } = installSimulator({ directory, bunPath: process.execPath })
    const admin = join(import.meta.dir, '..', 'admin.ts')
    const prelude = [
      `fill() { '${process.execPath}' '${admin}' write "$1" "$2"; }`,
      'admin() { ZWITNESS_SIM_USER=zfsadmin "$@"; }',
    ].join('\n')
    const script = renderScenario(scenario, { pools, prelude })
    const env = { ...process.env, PATH: `${binDir}:${process.env.PATH}`, ZWITNESS_SIM_DIR: state }
    const child = Bun.spawn([...prefix, 'sh', '-s'], {
      stdin: new Blob([script]),
      stdout: 'pipe',
      stderr: 'pipe',
      env,
    })
    const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    return parseResults(scenario, out, err)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
