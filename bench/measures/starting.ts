import { startService } from '../beds/service.ts'
import { residentMb } from '../machine.ts'
import { type Measure, median, spreadOf } from '../measure.ts'

/** From the start of the process to its first answer, and the memory it then has. */
export const starting: Measure = {
  name: 'starting',
  about:
    '`zwitness serve` as everybody starts it, from the start of the process to the first answer of /healthz, its database made before; and its memory three seconds later, one dataset configured.',
  async run({ quick, worlds }) {
    const world = await worlds.get({ datasets: 1, snapshots: 1 })
    const times: number[] = []
    let resident = 0
    await (await startService(world)).stop()
    for (let start = 0; start < (quick ? 2 : 7); start++) {
      const service = await startService(world, { keepData: true })
      times.push(service.startedMs)
      if (start === 0) {
        await Bun.sleep(3000)
        resident = residentMb(service.pid)
      }
      await service.stop()
    }
    return [
      {
        what: 'start to listening',
        value: median(times),
        spread: spreadOf(times),
        unit: 'ms',
        against: `the fastest ${Math.min(...times).toFixed(0)} ms`,
        goal: { atMost: 300 },
        ifMissed:
          'Some 1,000 modules are read and translated at each start, more than half of them of packages. A bundle made when the image is built takes less than half of that CPU (0.34 s instead of 0.75 s, measured), the schemas of the API most of the rest.',
      },
      { what: 'resident memory, idle', value: resident, unit: 'MB', against: '', goal: { atMost: 120 } },
    ]
  },
}
