import { join } from 'node:path'
import { type Service, startService } from '../beds/service.ts'
import type { World } from '../beds/world.ts'
import { cpuSecondsOf } from '../machine.ts'
import { type Figure, type Measure, median, spreadOf } from '../measure.ts'

/** What monitoring costs: a scrape, and a check plugin that is started anew for each question. */
export const metrics: Measure = {
  name: 'metrics',
  about:
    'GET /metrics over TCP from another process, of datasets that were all checked, at a distance of more than the second for ' +
    'which an answer is shared; the figure is the median. And `zwitness monitor` as Nagios starts it, from the start of its ' +
    'process to its end: the answer of the service over its socket, checked against its schema.',
  async run({ quick, worlds }) {
    const world = await worlds.get(quick ? { datasets: 20, snapshots: 20 } : { datasets: 1000, snapshots: 50 })
    const service = await startService(world)
    try {
      await service.scan()
      return [...(await scrapes(world, service, quick ? 3 : 15)), await plugins(world, quick ? 2 : 7)]
    } finally {
      await service.stop()
    }
  },
}

/** The first ones are compiled. */
const COLD = 2

async function scrapes({ datasets }: World, service: Service, times: number): Promise<readonly Figure[]> {
  const took: number[] = []
  let series = 0
  let bytes = 0
  let cpu = 0
  for (let time = 0; time < times; time++) {
    await Bun.sleep(1100)
    const cpuBefore = cpuSecondsOf(service.pid)
    const began = performance.now()
    const text = await (await service.get('/metrics')).text()
    took.push(performance.now() - began)
    if (time >= COLD) cpu += cpuSecondsOf(service.pid) - cpuBefore
    series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length
    bytes = text.length
  }
  return [
    {
      what: `GET /metrics, ${datasets} datasets`,
      value: median(took),
      unit: 'ms',
      against: `${series} series, ${(bytes / 1e6).toFixed(2)} MB; the first ${took[0]?.toFixed(1)} ms`,
      goal: { atMost: 50 },
      spread: spreadOf(took),
      ifMissed:
        'A profile finds some 20 ms of work in it, about half the views of the engine and half the text; what is more is waiting for a core.',
    },
    {
      what: 'CPU of the service for each, once it is warm',
      value: (cpu / (times - COLD)) * 1000,
      unit: 'ms',
      against: 'whatever else the machine does',
      goal: null,
    },
  ]
}

const ZWITNESS = join(import.meta.dir, '..', '..', 'lib', 'setup', 'zwitness')

async function plugins(world: World, times: number): Promise<Figure> {
  const took: number[] = []
  let said = ''
  for (let time = 0; time < times; time++) {
    const began = performance.now()
    const child = Bun.spawn([ZWITNESS, 'monitor'], {
      env: { ...world.environment },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'inherit',
    })
    said = await new Response(child.stdout).text()
    const code = await child.exited
    took.push(performance.now() - began)
    if (code === 3) throw new Error(`The plugin could not find it out: ${said}`)
  }
  return {
    what: `zwitness monitor, ${world.datasets} datasets`,
    value: median(took) / 1000,
    unit: 's',
    against: said.split('|')[0]?.trim() ?? '',
    goal: { atMost: 1 },
    spread: [spreadOf(took)[0] / 1000, spreadOf(took)[1] / 1000],
    ifMissed: 'Most of it is the start of the process and of the schemas that the answer is checked with.',
  }
}
