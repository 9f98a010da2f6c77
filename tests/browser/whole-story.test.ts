import { afterAll, beforeAll, expect } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { World } from '#tests/app/world.ts'
import type { Service } from '#tests/witness/service.ts'
import { inBrowser, launch } from './pages.ts'
import { byKeyboard, byMouse, inPlace } from './whole-story.ts'

/* The service as a process of its own, on simulated SANs behind real sshds, in a real browser. */
const NAMES = ['mouse', 'keys', 'place']
let browser: Browser | null = null
let world: World
let witness: Service

beforeAll(async () => {
  browser = await launch()
  if (browser === null) return
  world = await World.open()
  for (const name of NAMES) {
    world.dataset(name, 3, { onBackup: 2 })
    world.backup.zfs.snapshot(`vault/${name}@own`, { bytes: 30_000 })
  }
  const datasets = Object.fromEntries(NAMES.map((name) => [name, {}]))
  witness = world.service(world.yaml({ datasets, defaults: { auto_repair: false, primary_max_age_hours: 0 } }))
  await witness.start()
  for (const name of NAMES) await witness.status(world.id(name), 'WARNING', 60)
}, 300_000)
afterAll(async () => {
  await browser?.close()
  await world?.close()
}, 300_000)

const told = (name: string) => ({ id: world.id(name), name, backupHost: 'back', backup: `vault/${name}` })

async function onPage(use: (page: Page, url: string) => Promise<void>): Promise<void> {
  const context = await (browser as Browser).newContext({ viewport: { width: 1280, height: 900 } })
  context.setDefaultTimeout(600_000)
  try {
    await use(await context.newPage(), witness.url ?? '')
  } finally {
    await context.close()
  }
}

/** What the service says when the browser is gone: healthy, and so many set-asides. */
async function endsWell(name: string, setAsides: number): Promise<void> {
  expect((await witness.get(`/api/datasets/${world.id(name)}`)).status).toBe('HEALTHY')
  const { items } = await witness.get('/api/set-asides')
  expect(items.filter(({ datasetId }: { readonly datasetId: string }) => datasetId === world.id(name))).toHaveLength(
    setAsides,
  )
}

inBrowser(
  'the whole story by mouse',
  async () => {
    await onPage((page, url) => byMouse(page, url, told('mouse')))
    await endsWell('mouse', 1)
  },
  300_000,
)
inBrowser(
  'the whole story by keyboard alone',
  async () => {
    await onPage((page, url) => byKeyboard(page, url, told('keys')))
    await endsWell('keys', 1)
  },
  300_000,
)
inBrowser(
  'the destructive choice: a wrong name, a plan that is stale, and then exactly what was named',
  async () => {
    const change = () => void world.backup.zfs.snapshot('vault/place@more', { bytes: 100 })
    await onPage((page, url) => inPlace(page, url, told('place'), change))
    await endsWell('place', 0)
  },
  300_000,
)
