import { received } from '../beds/received.ts'
import { type Service, startService } from '../beds/service.ts'
import type { Asked, World, WorldSize } from '../beds/world.ts'
import { cpuSecondsOf, residentMb } from '../machine.ts'
import { type Figure, type Measure, median, spreadOf } from '../measure.ts'
import { lowerBound } from './lower-bound.ts'

/** What a scan costs where nothing changed, beside one that lists every snapshot, and beside what nobody can do without. */
export const scanning: Measure = {
  name: 'scanning',
  about:
    'The service scans simulated hosts behind real sshds. `Full`: the first scan after a start, which lists every snapshot. ' +
    'The lower bound is one ssh and one `zfs list` a host, both at once, sorted and joined by guid. Commands and connections ' +
    'are counted by the servers. CPU is that of the service process alone.',
  async run({ quick, worlds }) {
    const sizes: readonly WorldSize[] = quick
      ? [{ datasets: 20, snapshots: 20 }]
      : [
          { datasets: 100, snapshots: 200 },
          { datasets: 1000, snapshots: 50 },
          { datasets: 1000, snapshots: 200 },
        ]
    const figures: Figure[] = []
    for (const size of sizes) figures.push(...(await scanned(await worlds.get(size), quick)))
    return figures
  },
}

interface Scanned {
  readonly wall: number
  /** CPU seconds of the service. */
  readonly cpu: number
  readonly asked: Readonly<Record<'p' | 'b', Asked>>
}

async function scanned(world: World, quick: boolean): Promise<readonly Figure[]> {
  const first = await startService(world)
  // It meets the datasets for the first time, and what was made in the last seconds is not yet trusted to stand still.
  await first.scan()
  await Bun.sleep(4000)
  await first.stop()

  const full: Scanned[] = []
  const bound: number[] = []
  let service: Service | null = null
  for (let turn = 0; turn < (quick ? 1 : 3); turn++) {
    await service?.stop()
    service = await startService(world, { keepData: true })
    full.push(await scan(world, service))
    bound.push(await lowerBound(world))
  }
  if (service === null) throw new Error('No scan was made.')
  try {
    const quiet: Scanned[] = []
    const bytesBefore = received(world)
    for (let turn = 0; turn < (quick ? 2 : 5); turn++) quiet.push(await scan(world, service))
    const bytes = (received(world) - bytesBefore) / quiet.length
    const memory = residentMb(service.pid)
    world.primary.snapshot('ppool/d0@changed', { bytes: 1000 })
    const changed = await scan(world, service)
    world.primary.forget('ppool/d0@changed')
    return figures(world, { full, quiet, changed, bound, bytes, memory })
  } finally {
    await service.stop()
  }
}

interface Seen {
  readonly full: readonly Scanned[]
  readonly quiet: readonly Scanned[]
  readonly changed: Scanned
  readonly bound: readonly number[]
  readonly bytes: number
  readonly memory: number
}

function figures(
  { datasets, snapshots }: World,
  { full, quiet, changed, bound, bytes, memory }: Seen,
): readonly Figure[] {
  const size = `${datasets} × ${snapshots}`
  const least = median(bound)
  const against = (ours: readonly Scanned[]) =>
    `one ssh and one zfs list a host, sort, join: ${ms(least)}; ours ${ms(median(walls(ours)))}`
  const cpu = (of: readonly Scanned[]) => of.reduce((sum, each) => sum + each.cpu, 0) / of.length
  return [
    {
      what: `full check, ${size}, nothing to do`,
      value: median(walls(full)) / least,
      spread: spreadOf(full.map(({ wall }, turn) => wall / (bound[turn] ?? least))),
      unit: 'ratio',
      against: against(full),
      goal: { atMost: 1.5 },
      ifMissed:
        'Our scan asks in two steps, datasets then their snapshots, in groups of a hundred names; each call of the simulated zfs costs a start of Bun (50 ms) where a real one costs 5. Larger groups would reach it, and a missing dataset would then cost more.',
    },
    counted(`zfs calls per host of a full check, ${size}`, most(full, 'zfs'), 2, {
      ifMissed:
        'Names go in groups of a hundred, so that one that is missing costs one group and not the host; after a start what stands beside the backups is listed as well.',
    }),
    counted(`ssh commands per host of a full check, ${size}`, most(full, 'ssh'), 2, {
      ifMissed:
        'After a start, and every 6 hours, what stands beside the backups is read in a third command; sent together with the listing of the snapshots it would be two.',
    }),
    counted(`ssh commands per host, one dataset changed, ${size}`, most([changed], 'ssh'), 2),
    {
      what: `nothing changed, ${size}`,
      value: median(walls(quiet)) / least,
      spread: spreadOf(walls(quiet).map((wall) => wall / least)),
      unit: 'ratio',
      against: against(quiet),
      goal: { atMost: 0.3 },
      ifMissed:
        'The simulated zfs takes most of it, a start of Bun for each group of names; the rest is judging and writing every dataset.',
    },
    counted(`ssh commands per host, nothing changed, ${size}`, most(quiet, 'ssh'), 1),
    counted(`new connections, nothing changed, ${size}`, most(quiet, 'connections'), 0),
    counted(`zfs calls per host, nothing changed, ${size}`, most(quiet, 'zfs'), 1, {
      ifMissed: 'One for each group of a hundred names.',
    }),
    {
      what: `received from both hosts, nothing changed, ${size}`,
      value: bytes / 1e6,
      unit: 'MB',
      against: 'read by the two shared ssh connections; the names that we ask for are in it, twice 17 bytes each',
      goal: datasets === 1000 ? { atMost: 0.14 } : null,
      ifMissed: 'Every dataset answers one line with all its properties; compression by ssh would reach it.',
    },
    {
      what: `own CPU, nothing changed, ${size}`,
      value: cpu(quiet) / cpu(full),
      unit: 'ratio',
      against: `own CPU of the full one: ${ms(cpu(full) * 1000)}; here ${ms(cpu(quiet) * 1000)}`,
      goal: datasets === 1000 && snapshots === 200 ? { atMost: 1 / 20 } : null,
      ifMissed:
        'Every dataset is read from its line, compared and judged anew, its row and its lag are written and it is announced; nothing of that for a dataset whose line is the same would reach it.',
    },
    {
      what: `resident memory after these scans, ${size}`,
      value: memory,
      unit: 'MB',
      against: 'of the service process',
      goal: datasets === 1000 ? { atMost: 120 } : null,
      ifMissed:
        'The live heap is 30 to 45 MB and the pages of Bun itself 45; the rest is what the allocator keeps after the texts of a scan. Listings read as they arrive, instead of whole, would reach it.',
    },
  ]
}

async function scan(world: World, service: Service): Promise<Scanned> {
  const before = { p: world.asked('p'), b: world.asked('b') }
  const cpuBefore = cpuSecondsOf(service.pid)
  const began = performance.now()
  await service.scan()
  const wall = performance.now() - began
  const cpu = cpuSecondsOf(service.pid) - cpuBefore
  return { wall, cpu, asked: { p: since(before.p, world.asked('p')), b: since(before.b, world.asked('b')) } }
}

function since(before: Asked, now: Asked): Asked {
  const connections = now.connections - before.connections
  // Each shared connection begins with a command that only waits for its end.
  return { ssh: now.ssh - before.ssh - connections, zfs: now.zfs - before.zfs, connections }
}

function counted(
  what: string,
  { p, b }: Record<'p' | 'b', number>,
  atMost: number,
  more: Partial<Figure> = {},
): Figure {
  const against = `primary ${p}, backup ${b}`
  return { what, value: Math.max(p, b), unit: 'count', against, goal: { atMost }, ...more }
}

function most(scans: readonly Scanned[], what: keyof Asked): Record<'p' | 'b', number> {
  const greatest = (san: 'p' | 'b') => Math.max(...scans.map(({ asked }) => asked[san][what]))
  return { p: greatest('p'), b: greatest('b') }
}

function walls(scans: readonly Scanned[]): readonly number[] {
  return scans.map(({ wall }) => wall)
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`
}
