import { join } from 'node:path'
import type { Measure } from '../measure.ts'
import { median, spreadOf } from '../measure.ts'
import { openWorld } from '../world.ts'

const STARTS = 5

/** From the start of the process to its first answer, and the memory it then has. */
export const starting: Measure = {
  name: 'starting',
  async run() {
    const world = await openWorld(1, 1)
    await world.app.close()
    const times: number[] = []
    let resident = 0
    try {
      for (let start = 0; start < STARTS; start++) {
        const began = performance.now()
        const port = 18_400 + start
        const child = Bun.spawn(
          [join(import.meta.dir, '../../lib/setup/zwitness'), 'serve', '--host', '127.0.0.1', '--port', String(port)],
          {
            env: {
              ...process.env,
              ZWITNESS_CONFIG_DIR: join(world.directory, 'config'),
              ZWITNESS_DATA_DIR: join(world.directory, 'data'),
              ZWITNESS_LOG_DIR: join(world.directory, 'logs'),
            },
            stdout: 'ignore',
            stderr: 'ignore',
          },
        )
        while ((await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null)) === null) {
          if (performance.now() - began > 30_000) throw new Error('The service did not answer within 30 s.')
          await Bun.sleep(5)
        }
        times.push(performance.now() - began)
        await Bun.sleep(1500)
        const status = await Bun.file(`/proc/${child.pid}/status`).text()
        resident = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1000
        child.kill('SIGTERM')
        await child.exited
      }
      return [
        {
          what: 'start to the first answer',
          value: median(times),
          spread: spreadOf(times),
          unit: 'ms',
          against: '',
          goal: { atMost: 300 },
        },
        { what: 'resident memory, idle', value: resident, unit: 'MB', against: '', goal: { atMost: 120 } },
      ]
    } finally {
      await world.close()
    }
  },
}
