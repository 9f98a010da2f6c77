import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Body } from '#tests/witness/client.ts'
import type { Service } from '#tests/witness/service.ts'
import { until } from '#tests/witness/until.ts'
import { World } from './world.ts'

setDefaultTimeout(600_000)

/*
 * SIGKILL of the service at ten random moments of set-aside-and-re-seed and set-aside-and-rewind, over real ssh. After
 * the last start everything becomes HEALTHY without a person, and nothing that was on the backup is gone.
 */
const KILLS = 10
const NAMES = Array.from({ length: 8 }, (_, index) => `d${index}`)
let world: World | null = null
afterAll(() => world?.close())

test('killed ten times in the middle of swaps: all heal, nothing is lost', async () => {
  world = await World.open()
  const { backup } = world
  for (const [index, name] of NAMES.entries()) {
    const rewind = index % 2 === 0
    world.dataset(name, 3, { onBackup: rewind ? 2 : 0 })
    if (!rewind) backup.zfs.dataset.create(`${backup.pool}/${name}`)
    backup.zfs.snapshot(`${backup.pool}/${name}@own`, { bytes: 20_000 })
  }
  const before = guidsOf(world)
  const datasets = Object.fromEntries(NAMES.map((name) => [name, { on_diverged: 'set_aside' }]))
  const witness = world.service(world.yaml({ datasets }))
  const seed = Number(process.env.SEED ?? Date.now() % 100_000)
  const random = sequence(seed)
  for (let kill = 0; kill < KILLS; kill++) {
    await witness.start()
    // Not waited for anything: the moment of the kill is what is tried.
    await Bun.sleep(300 + random() * 2500)
    await witness.kill()
  }
  const startedAt = new Date().toISOString()
  await witness.start()
  let open: Open = { checks: 0, unhealed: [], running: [] }
  await until(
    `all are HEALTHY again by a check of the last start, and no run is RUNNING (SEED=${seed})`,
    240,
    async () => {
      open = await stillOpen(witness, startedAt)
      return open.checks > 0 && open.unhealed.length + open.running.length === 0
    },
    () => `${JSON.stringify(open)} in ${witness.home.directory}`,
  )
  for (const name of NAMES) {
    const { backup: there, primary } = world.guids(name)
    // A rewind keeps s1…s3, a seed brings them: the same guids on both sides, and nothing of its own left in place.
    expect(there).toEqual(primary)
  }
  const after = guidsOf(world)
  expect([...before].filter((guid) => !after.has(guid))).toEqual([])
})

interface Open {
  /** That have ended since the last start: until then what was HEALTHY before the kill is told as it was. */
  readonly checks: number
  readonly unhealed: readonly string[]
  /** Also those of a process that was killed, had nobody closed them. */
  readonly running: readonly string[]
}

async function stillOpen(witness: Service, since: string): Promise<Open> {
  const checks = await witness.get(`/api/runs?kind=SCAN&state=SUCCEEDED&from=${since}`)
  const runs = await witness.get('/api/runs?state=RUNNING')
  const datasets = await witness.get('/api/datasets?limit=100')
  return {
    checks: checks.items.length,
    unhealed: datasets.items
      .filter(({ status }: Body) => status !== 'HEALTHY')
      .map(({ id, reason }: Body) => `${id} ${reason.code}`),
    running: runs.items.map(({ id, kind }: Body) => `${id} ${kind}`),
  }
}

/** Every snapshot on the backup SAN, whatever its dataset is called now. */
function guidsOf({ backup }: World): ReadonlySet<string> {
  return new Set(backup.allGuids())
}

/** Numbers from 0 to 1 that a seed repeats. */
function sequence(seed: number): () => number {
  let state = seed || 1
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}
