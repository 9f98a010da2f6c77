import type { Measure } from '../measure.ts'
import { openWorld, scanAll } from '../world.ts'

const ASKS = 400

/** p99 of GET /api/status while a transfer runs, beside the same idle. */
export const latency: Measure = {
  name: 'latency',
  async run() {
    const world = await openWorld(20, 20, 'auto_repair: true, repair_when: behind')
    try {
      await scanAll(world)
      const idle = await p99(() => world.app.fetch(new Request('http://bench/api/status')))
      world.primary.snapshot('ppool/d0@big', { bytes: 4_000_000_000 })
      await scanAll(world, true)
      const { engine } = world.app.services
      while (!engine.activeRuns().some((run) => run.progress?.phase === 'transferring')) await Bun.sleep(50)
      const busy = await p99(() => world.app.fetch(new Request('http://bench/api/status')))
      const still = engine.activeRuns().some((run) => run.kind === 'REPAIR')
      return [
        {
          what: `p99 of GET /api/status during a transfer${still ? '' : ' (which ended before the asking did)'}`,
          value: busy - idle,
          unit: 'ms',
          against: `idle ${idle.toFixed(2)} ms, busy ${busy.toFixed(2)} ms`,
          goal: { atMost: 10 },
        },
      ]
    } finally {
      await world.close()
    }
  },
}

async function p99(ask: () => Promise<Response>): Promise<number> {
  const times: number[] = []
  for (let index = 0; index < ASKS; index++) {
    const began = performance.now()
    await (await ask()).arrayBuffer()
    times.push(performance.now() - began)
    await Bun.sleep(5)
  }
  return times.toSorted((a, b) => a - b)[Math.floor(ASKS * 0.99)] ?? Number.NaN
}
