import { cpuSeconds, type Figure, type Measure } from '../measure.ts'
import { openWorld, scanAll, type World } from '../world.ts'

/** What a scan costs where nothing changed, beside one that lists every snapshot, and beside what nobody can do without. */
export const scanning: Measure = {
  name: 'scanning',
  async run() {
    return [...(await measure(100, 200)), ...(await measure(1000, 50))]
  },
}

async function measure(datasets: number, snapshots: number): Promise<readonly Figure[]> {
  const world = await openWorld(datasets, snapshots)
  try {
    const size = `${datasets} × ${snapshots}`
    // What was made in the last seconds is not yet trusted to stand still.
    await Bun.sleep(4000)
    const full = await timed(() => scanAll(world))
    const quiet = await timed(() => scanAll(world))
    const bound = await timed(async () => lowerBound(world))
    return [
      {
        what: `full check, ${size}, nothing to do`,
        value: full.wall / bound.wall,
        unit: 'ratio',
        against: `one ssh and one zfs list a host, sort, join: ${ms(bound.wall)}; ours ${ms(full.wall)}`,
        goal: { atMost: 1.5 },
      },
      {
        what: `nothing changed, ${size}`,
        value: quiet.wall / bound.wall,
        unit: 'ratio',
        against: `the same; ours ${ms(quiet.wall)}`,
        goal: { atMost: 0.3 },
      },
      {
        what: `own CPU, nothing changed, ${size}`,
        value: quiet.cpu / full.cpu,
        unit: 'ratio',
        against: `own CPU of the full one: ${ms(full.cpu * 1000)}; here ${ms(quiet.cpu * 1000)}`,
        goal: null,
      },
    ]
  } finally {
    await world.close()
  }
}

async function timed(work: () => Promise<void>): Promise<{ readonly wall: number; readonly cpu: number }> {
  const before = process.cpuUsage()
  const began = performance.now()
  await work()
  return { wall: performance.now() - began, cpu: cpuSeconds(before) }
}

/** One login and one listing a host, both at once, then a join by guid: the least that says which snapshots are where. */
function lowerBound(world: World): void {
  const script = `
    list() { ssh -F "$1" -S none "$2" "PATH=\\$PATH:/usr/sbin:/sbin; zfs list -Hp -r -t snapshot -o guid,name,creation $3" | LC_ALL=C sort > "$4"; }
    list "$1" p ppool "$2/p.list" & list "$1" b bpool "$2/b.list" & wait
    LC_ALL=C join "$2/p.list" "$2/b.list" | wc -l`
  const done = Bun.spawnSync(['sh', '-c', script, 'sh', world.sshConfig, world.directory], { stderr: 'pipe' })
  if (done.exitCode !== 0 || Number(done.stdout.toString()) === 0)
    throw new Error(`The lower bound failed: ${done.stderr}`)
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`
}
