import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Service, startService } from '../../beds/service.ts'
import { openWorld, type World } from '../../beds/world.ts'
import { type Measure, percentile } from '../../measure.ts'

const PRELOAD = join(import.meta.dir, 'loop-delay.ts')
/** Slow, so that the simulated SANs leave the cores to the service. */
const BYTES_PER_SECOND = 1_000_000

/** Does the service stay awake while many watch? */
export const streaming: Measure = {
  name: 'streaming',
  about:
    'Slow repairs through the simulated zfs report their progress while clients hold /api/events open and read all of it. ' +
    'A timer in the service says every 5 ms how late it came: idle, and then.',
  async run({ quick }) {
    const repairs = quick ? 4 : 20
    const clients = quick ? 10 : 50
    const seconds = quick ? 3 : 15
    const world = await openWorld({ datasets: repairs, snapshots: 2 }, [
      'defaults: { primary_max_age_hours: 0, auto_repair: true, repair_when: behind }',
      `limits: { transfers: ${repairs} }`,
    ])
    const file = join(world.directory, 'loop-delay.json')
    const service = await startService(world, { preload: PRELOAD, environment: { BENCH_LOOP_DELAY: file } }).catch(
      async (error) => {
        await world.close()
        throw error
      },
    )
    const watching = new AbortController()
    try {
      await service.scan()
      await delays(service, file)
      await Bun.sleep(seconds * 500)
      const idle = await delays(service, file)
      const running = await startRepairs(world, service, repairs)
      const streams = Array.from({ length: clients }, () => watch(service, watching.signal))
      await Bun.sleep(1000)
      await delays(service, file)
      const before = streams.map(({ events }) => events())
      await Bun.sleep(seconds * 1000)
      const busy = await delays(service, file)
      const events = streams.reduce((sum, stream, index) => sum + stream.events() - (before[index] ?? 0), 0)
      const against = (share: number) =>
        `idle ${percentile(idle, share).toFixed(1)} ms; ${running} repairs, ${(events / clients / seconds).toFixed(1)} events a second and client`
      return [
        {
          what: `event loop late, p99, ${clients} clients and ${repairs} repairs`,
          value: percentile(busy, 0.99),
          unit: 'ms',
          against: against(0.99),
          goal: { atMost: 10 },
          ifMissed:
            'Where idle is near it the process waits for a core, not for itself; else fewer events a second, or frames made once for all clients, would reach it.',
        },
        { what: 'the same, worst', value: Math.max(...busy), unit: 'ms', against: against(1), goal: null },
      ]
    } finally {
      watching.abort()
      await service.stop()
      await world.close()
    }
  },
}

/** How late the service's timers came since this was asked the last time, ms. */
async function delays(service: Service, file: string): Promise<readonly number[]> {
  rmSync(file, { force: true })
  process.kill(service.pid, 'SIGUSR2')
  for (let tries = 0; tries < 400; tries++) {
    await Bun.sleep(25)
    // It is written at once, but not in one piece.
    const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
    if (text.endsWith(']')) return JSON.parse(text) as number[]
  }
  throw new Error('The service did not say how late its timers are.')
}

async function startRepairs({ primary }: World, service: Service, repairs: number): Promise<number> {
  primary.misbehave({ rules: [{ match: '^zfs send (?!.*-n)', bytesPerSecond: BYTES_PER_SECOND }] })
  primary.batch(() => {
    for (let index = 0; index < repairs; index++) primary.snapshot(`ppool/d${index}@big`, { bytes: 1_000_000_000 })
  })
  await service.scan()
  const latest = performance.now() + 120_000
  for (;;) {
    const answer = await service.get('/api/runs?kind=REPAIR&limit=100')
    const { items } = (await answer.json()) as { readonly items: readonly { readonly bytes: number }[] }
    const moving = items.filter(({ bytes }) => bytes > 0).length
    if (moving === repairs) return moving
    if (performance.now() > latest) throw new Error(`Only ${moving} of ${repairs} repairs move bytes.`)
    await Bun.sleep(250)
  }
}

function watch(service: Service, signal: AbortSignal): { events(): number } {
  let events = 0
  const read = async (): Promise<void> => {
    const answer = await fetch(`${service.url}/api/events`, { signal })
    if (answer.body === null) throw new Error(`The stream answered ${answer.status}.`)
    const decoder = new TextDecoder()
    for await (const chunk of answer.body) events += decoder.decode(chunk, { stream: true }).split('event: ').length - 1
  }
  read().catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  return { events: () => events }
}
