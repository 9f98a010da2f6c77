import { Database } from 'bun:sqlite'
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '#lib/db/open.ts'
import { type Service, startService } from '../beds/service.ts'
import { openWorld, type World } from '../beds/world.ts'
import { type Measure, percentile } from '../measure.ts'

const MB = 1_000_000
const LINE = 'm'.repeat(900)

/** How long people wait while the whole database is read and copied. */
export const backingUp: Measure = {
  name: 'backing-up',
  about:
    'GET /api/status over TCP, one after the other from another process, while nothing happens and while the function `back-up` reads ' +
    'through, copies and checks a database of 200 MB. Beside it: the same reading and copying by SQLite alone, which is how long ' +
    'everybody would wait if the service did it itself.',
  async run({ quick }) {
    const bytes = (quick ? 20 : 200) * MB
    const world = await openWorld({ datasets: 20, snapshots: 20 }, ['retention: { logs_size: 1GiB, backups: 1 }'])
    try {
      const first = await startService(world)
      await first.scan()
      await first.stop()
      const size = await fill(world, bytes)
      const alone = inOneProcess(world)
      const service = await startService(world, { keepData: true })
      try {
        await service.scan()
        await asked(service, () => false, 50)
        const idle = await asked(service, () => false, quick ? 100 : 400)
        let isOver = false
        const began = performance.now()
        const backup = fetch(`${service.url}/api/functions/back-up`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{}',
        }).finally(() => {
          isOver = true
        })
        const busy = await asked(service, () => isOver, Number.POSITIVE_INFINITY)
        const answer = await backup
        if (!answer.ok) throw new Error(`It was not backed up: ${await answer.text()}`)
        const seconds = (performance.now() - began) / 1000
        const above = (of: 'p99' | 'longest') => busy[of] - idle[of]
        return [
          {
            what: `longest GET /api/status while ${Math.round(size / MB)} MB are backed up, above idle`,
            value: above('longest'),
            unit: 'ms',
            against: `idle ${idle.longest.toFixed(1)} ms, busy ${busy.longest.toFixed(1)} ms of ${busy.count}; in the service itself ${alone.toFixed(0)} ms`,
            goal: { atMost: 100 },
            ifMissed: 'Two processes want the same cores; the child has a lower priority, the disk has none.',
          },
          {
            what: 'p99 of the same, above idle',
            value: above('p99'),
            unit: 'ms',
            against: `idle ${idle.p99.toFixed(1)} ms, busy ${busy.p99.toFixed(1)} ms`,
            goal: { atMost: 20 },
          },
          {
            what: 'the whole backup',
            value: seconds,
            unit: 's',
            against: `checked before and after; checked and copied by SQLite alone ${(alone / 1000).toFixed(1)} s`,
            goal: null,
          },
        ]
      } finally {
        await service.stop()
      }
    } finally {
      await world.close()
    }
  },
}

const databaseOf = (world: World): string => join(world.directory, 'data', 'zwitness.db')

/** With log lines, which are most of a database in practice. @returns its bytes */
async function fill(world: World, bytes: number): Promise<number> {
  const store = await openStore({ directory: join(world.directory, 'data'), mostLogBytes: () => 10 * bytes })
  const at = Date.now()
  const line = { at, level: 'info', component: 'bench', message: LINE, runId: null, datasetId: null } as const
  for (let written = 0; written < bytes; written += 1000 * LINE.length)
    await store.addLogs(Array.from({ length: 1000 }, () => ({ ...line, host: null, requestId: null, fields: {} })))
  await store.close()
  return statSync(databaseOf(world)).size
}

function inOneProcess(world: World): number {
  const database = new Database(databaseOf(world))
  const target = join(world.directory, 'copy')
  const began = performance.now()
  database.query('PRAGMA integrity_check').all()
  database.run('VACUUM INTO ?', [target])
  const took = performance.now() - began
  database.close()
  rmSync(target)
  return took
}

interface Waits {
  readonly count: number
  readonly p99: number
  readonly longest: number
}

async function asked(service: Service, isOver: () => boolean, most: number): Promise<Waits> {
  const waits: number[] = []
  while (waits.length < most && !isOver()) {
    const began = performance.now()
    await (await service.get('/api/status')).arrayBuffer()
    waits.push(performance.now() - began)
    await Bun.sleep(5)
  }
  return { count: waits.length, p99: percentile(waits, 0.99), longest: Math.max(...waits) }
}
