import { existsSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { type Browser, chromium } from 'playwright-core'
import { type Service, startService } from '../beds/service.ts'
import { type Figure, type Measure, median, spreadOf } from '../measure.ts'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update']

/** The first load of the dashboard. */
export const loading: Measure = {
  name: 'loading',
  about:
    'The dashboard with every dataset looked at, from the service over TCP: rendered on the server (a request from another ' +
    'process, to its last byte), and loaded by Chromium with an empty cache until every island is alive. Sizes are those of ' +
    'the bodies that the browser fetched, gzip level 9.',
  async run({ quick, worlds }) {
    const size = quick ? { datasets: 20, snapshots: 20 } : { datasets: 1000, snapshots: 50 }
    const world = await worlds.get(size)
    const service = await startService(world, { keepData: true })
    try {
      await service.scan()
      const renders: number[] = []
      for (let ask = 0; ask < (quick ? 5 : 25); ask++) renders.push(await rendered(service))
      const [cold = Number.NaN, ...warm] = renders
      return [
        {
          what: `server render of the dashboard, ${size.datasets} datasets`,
          value: median(warm),
          spread: spreadOf(warm),
          unit: 'ms',
          against: `the very first one ${cold.toFixed(0)} ms`,
          goal: { atMost: 30 },
          ifMissed: 'Rows are sorted and counted anew for each page; keeping them between changes would reach it.',
        },
        ...(await inBrowser(service, quick ? 2 : 5)),
      ]
    } finally {
      await service.stop()
    }
  },
}

async function rendered(service: Service): Promise<number> {
  const began = performance.now()
  const answer = await service.get('/')
  await answer.arrayBuffer()
  if (answer.status !== 200) throw new Error(`The dashboard answered ${answer.status}.`)
  return performance.now() - began
}

interface Loaded {
  readonly interactiveMs: number
  /** gzip kB. */
  readonly scripts: number
  readonly styles: number
  readonly foreign: readonly string[]
}

async function inBrowser(service: Service, loads: number): Promise<readonly Figure[]> {
  if (!existsSync(CHROMIUM)) return [notMeasured()]
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  try {
    // The browser's own start is in its first load.
    await load(browser, service)
    const loaded: Loaded[] = []
    for (let turn = 0; turn < loads; turn++) loaded.push(await load(browser, service))
    const times = loaded.map(({ interactiveMs }) => interactiveMs)
    const foreign = loaded.flatMap((each) => each.foreign)
    const last = loaded.at(-1)
    return [
      {
        what: 'interactive in Chromium, empty cache',
        value: median(times),
        spread: spreadOf(times),
        unit: 'ms',
        against: 'every island hydrated',
        goal: { atMost: 1000 },
        ifMissed:
          'The browser and the service share the cores of this machine; fewer rows in the first page would reach it.',
      },
      weight('JavaScript of the first load', last?.scripts, 40),
      weight('CSS of the first load', last?.styles, 12),
      {
        what: 'requests to other hosts',
        value: foreign.length,
        unit: 'count',
        against: foreign.slice(0, 3).join(' '),
        goal: { atMost: 0 },
      },
    ]
  } finally {
    await browser.close()
  }
}

async function load(browser: Browser, { url }: Service): Promise<Loaded> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    const bodies: Promise<{ readonly kind: string; readonly kb: number }>[] = []
    const foreign: string[] = []
    page.on('request', (request) => {
      const asked = request.url()
      if (!asked.startsWith(`${url}/`) && !asked.startsWith('data:')) foreign.push(asked)
    })
    page.on('response', (response) => {
      const kind = response.request().resourceType()
      if (kind === 'script' || kind === 'stylesheet')
        bodies.push(response.body().then((body) => ({ kind, kb: gzipSync(body, { level: 9 }).length / 1000 })))
    })
    await page.goto(`${url}/`, { waitUntil: 'commit' })
    const alive = await page.waitForFunction(() => {
      const islands = [...document.querySelectorAll('[data-island]')]
      const done = document.readyState === 'complete' && islands.length > 0
      return done && islands.every((island) => island.hasAttribute('data-hydrated')) ? performance.now() : 0
    })
    const interactiveMs = Number(await alive.jsonValue())
    const weights = await Promise.all(bodies)
    const sum = (wanted: string) => weights.reduce((all, { kind, kb }) => all + (kind === wanted ? kb : 0), 0)
    return { interactiveMs, scripts: sum('script'), styles: sum('stylesheet'), foreign }
  } finally {
    await context.close()
  }
}

function weight(what: string, kb: number | undefined, atMost: number): Figure {
  return {
    what,
    value: kb ?? null,
    unit: 'kB gz',
    against: '',
    goal: { atMost },
    ifMissed: 'What is needed only after a click can be imported then.',
  }
}

function notMeasured(): Figure {
  const against = `NOT MEASURED: there is no ${CHROMIUM}; install chromium, or set CHROMIUM to its path`
  return { what: 'interactive in Chromium, empty cache', value: null, unit: 'ms', against, goal: { atMost: 1000 } }
}
