import { type Service, startService } from '../beds/service.ts'
import { openWorld } from '../beds/world.ts'
import { type Measure, percentile } from '../measure.ts'

/** How long people wait for an answer while bytes move. */
export const latency: Measure = {
  name: 'latency',
  about:
    'GET /api/status over TCP, one after the other from another process, while nothing happens and while a repair transfers. ' +
    'The simulated zfs, two ssh clients and two sshds want the same cores as the service then; ' +
    '`healthz`, which does nothing, shows how much of the gap is waiting for a core.',
  async run({ quick }) {
    const asks = quick ? 100 : 400
    const world = await openWorld({ datasets: 20, snapshots: 20 }, [
      'defaults: { primary_max_age_hours: 0, auto_repair: true, repair_when: behind }',
    ])
    const service = await startService(world).catch(async (error) => {
      await world.close()
      throw error
    })
    try {
      await service.scan()
      await percentiles(service, 50)
      const idle = await percentiles(service, asks)
      world.primary.snapshot('ppool/d0@big', { bytes: 200_000_000_000 })
      await service.scan()
      await untilBytesMove(service)
      const busy = await percentiles(service, asks)
      const moves = await transferring(service)
      const against = (of: 'status' | 'healthz') =>
        `idle ${idle[of].toFixed(2)} ms, busy ${busy[of].toFixed(2)} ms${moves ? '' : '; the transfer ended before the asking did'}`
      return [
        {
          what: 'p99 of GET /api/status during a transfer, above idle',
          value: busy.status - idle.status,
          unit: 'ms',
          against: against('status'),
          goal: { atMost: 10 },
          ifMissed:
            'The process waits for a core, not for itself, where healthz waits as long; a core more, or a lower priority for ssh, would reach it.',
        },
        {
          what: 'p99 of GET /healthz during a transfer, above idle',
          value: busy.healthz - idle.healthz,
          unit: 'ms',
          against: against('healthz'),
          goal: null,
        },
      ]
    } finally {
      await service.stop()
      await world.close()
    }
  },
}

interface Percentiles {
  readonly status: number
  readonly healthz: number
}

async function percentiles(service: Service, asks: number): Promise<Percentiles> {
  const status: number[] = []
  const healthz: number[] = []
  for (let ask = 0; ask < asks; ask++) {
    status.push(await timed(service, '/api/status'))
    healthz.push(await timed(service, '/healthz'))
    await Bun.sleep(5)
  }
  return { status: percentile(status, 0.99), healthz: percentile(healthz, 0.99) }
}

async function timed(service: Service, path: string): Promise<number> {
  const began = performance.now()
  await (await service.get(path)).arrayBuffer()
  return performance.now() - began
}

interface StatusBody {
  readonly activeRuns: readonly { readonly kind: string; readonly progress: { readonly phase: string } | null }[]
}

async function transferring(service: Service): Promise<boolean> {
  const { activeRuns } = (await (await service.get('/api/status')).json()) as StatusBody
  return activeRuns.some((run) => run.kind === 'REPAIR')
}

async function untilBytesMove(service: Service): Promise<void> {
  const latest = performance.now() + 60_000
  for (;;) {
    const runs = (await (await service.get('/api/runs?kind=REPAIR')).json()) as {
      readonly items: readonly { readonly bytes: number }[]
    }
    if (runs.items.some(({ bytes }) => bytes > 10_000_000)) return
    if (performance.now() > latest) throw new Error('No repair moved a byte within a minute.')
    await Bun.sleep(50)
  }
}
