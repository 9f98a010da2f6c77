import { runCommand } from '#lib/process/run-command.ts'
import type { ScenarioPair } from './scenario.ts'
import { placeOf, type World } from './world.ts'

/** Runs what scenarios do with real commands (a transfer cut off, a key unloaded) on both of their SANs. */
export async function runLines(
  world: World,
  pairs: readonly ScenarioPair[],
  now: number,
  binDirectory: string,
): Promise<void> {
  for (const pair of pairs) {
    for (const scenario of pair.scenarios) {
      const place = placeOf(world, pair, scenario, now)
      for (const line of scenario.lines?.(place) ?? []) {
        const run = await runCommand({
          file: 'sh',
          args: ['-c', `PATH=${binDirectory}:$PATH; ${line}`],
          env: {
            PRIMARY: `env ZWITNESS_SIM_DIR=${place.primary.directory}`,
            BACKUP: `env ZWITNESS_SIM_DIR=${place.backup.directory}`,
          },
          timeoutMs: 60_000,
          maxStdoutBytes: 65_536,
        })
        if (run.failure !== null) throw new Error(`The demo could not run \`${line}\`: ${run.failure}`)
      }
    }
  }
}
