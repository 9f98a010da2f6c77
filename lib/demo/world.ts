import { sleep } from '#lib/host/environment.ts'
import { runCommand } from '#lib/process/run-command.ts'
import { openSimulator, type Simulator } from '#simulator/admin-api.ts'
import type { HostId, Place, Scenario, ScenarioPair } from './scenario.ts'

const GIB = 1024 ** 3

/** Pools by host. A host without one is never got through to. */
const POOLS: Readonly<Partial<Record<HostId, Readonly<Record<string, number>>>>> = {
  hqs8: { hqs8p1: 4000 },
  hqs10: { hqs10p1: 4000 },
  hqs1: { hqs1p1: 8000 },
  hqs7: { hqs7p1: 8000, hqs7p2: 2000, hqs7p3: 2000, hqs7p4: 0.3 },
  hqs6: { hqs6p1: 500 },
}

/** What each host does wrong, once everything is built. */
const MISBEHAVIOUR: Readonly<Partial<Record<HostId, Parameters<Simulator['misbehave']>[0]>>> = {
  // About half a minute for the first repair that one can watch.
  hqs8: { rules: [{ match: '^zfs send (?!.*-n).*HQS8DAT5', bytesPerSecond: 4_000_000 }] },
  hqs7: {
    rules: [
      {
        match: '^zfs receive .*HQS10DAT6',
        fail: 'cannot receive incremental stream: permission denied',
      },
    ],
  },
  hqs6: { clockOffsetSeconds: 7 * 60 },
}

export type World = ReadonlyMap<HostId, Simulator>

/** The state of every simulated SAN below the directory, with its pools. */
export function openWorld(directory: string): World {
  const world = new Map<HostId, Simulator>()
  for (const [id, pools] of Object.entries(POOLS) as [HostId, Readonly<Record<string, number>>][]) {
    const simulator = openSimulator(`${directory}/${id}`)
    for (const [name, gib] of Object.entries(pools)) {
      simulator.pool.create(name, { sizeBytes: Math.round(gib * GIB), properties: { mountpoint: `/pools/${name}` } })
    }
    world.set(id, simulator)
  }
  return world
}

/** The names of a scenario's datasets. */
export function datasetsOf({ primary, backup }: ScenarioPair, { dataset, backupPool }: Scenario) {
  return { from: `${primary}p1/${dataset}`, to: `${backupPool ?? `${backup}p1`}/${dataset}` }
}

/** Null where the backup's host is never got through to: then only the primary is built. */
function placeOf(world: World, pair: ScenarioPair, scenario: Scenario, now: number): Place {
  const primary = world.get(pair.primary)
  if (primary === undefined) throw new Error(`The demo has no simulated SAN ${pair.primary}.`)
  return { primary, backup: world.get(pair.backup) ?? primary, ...datasetsOf(pair, scenario), now }
}

/** All histories, each SAN written once at the end. */
export function build(world: World, pairs: readonly ScenarioPair[], now: number): void {
  const all = [...world.values()].reduceRight<() => void>(
    (inner, simulator) => () => simulator.batch(inner),
    () => {
      for (const pair of pairs)
        for (const scenario of pair.scenarios) scenario.build(placeOf(world, pair, scenario, now))
    },
  )
  all()
}

/** What goes wrong from now on: pools and commands. */
export function addFaults(world: World): void {
  world.get('hqs7')?.setPool('hqs7p2', { health: 'DEGRADED' })
  world.get('hqs7')?.setPool('hqs7p3', { imported: false })
  for (const [id, what] of Object.entries(MISBEHAVIOUR) as [HostId, Parameters<Simulator['misbehave']>[0]][]) {
    world.get(id)?.misbehave(what)
  }
}

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

/** After the first scan: what needs a "before"; then every half minute what goes on. Ends when `signal` does. */
export async function keepChanging(
  world: World,
  pairs: readonly ScenarioPair[],
  now: number,
  firstScanDone: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  const each = (what: 'later' | 'goesOn'): void => {
    for (const pair of pairs)
      for (const scenario of pair.scenarios) scenario[what]?.(placeOf(world, pair, scenario, now))
  }
  while (!(await firstScanDone())) {
    await sleep(1_000, signal)
    if (signal.aborted) return
  }
  each('later')
  for (;;) {
    await sleep(30_000, signal)
    if (signal.aborted) return
    each('goesOn')
  }
}
