import type { Browser, Page } from 'playwright-core'
import { type Fake, fakeServices } from '#tests/api/fake-services.ts'
import { LONG_AGO, lookedAtLongAgo } from '#tests/api/fake-stale.ts'
import { fakeRun } from '#tests/api/fake-views.ts'
import { until } from './service.ts'
import { type Picture, pictureOf, TWO, type Variant, windowOf } from './sheet.ts'

const ID = 'hq10-7.L1S4DAT1'

interface State {
  readonly name: string
  readonly path: string
  readonly arrange: (fake: Fake) => void
  readonly before?: (page: Page) => Promise<void>
  /** Higher than this is shown, CSS pixels. Default 800. */
  readonly top?: number
}

const stale = ({ engine }: Fake): void => {
  engine.views = engine.views.map(lookedAtLongAgo)
  engine.lastScan = () => ({ finished: fakeRun(6, { finishedAt: LONG_AGO }), running: null })
}

/** What a service that is well does not show when it is asked to: over services that answer from memory. */
const STATES: readonly State[] = [
  {
    name: 'stale-dashboard',
    path: '/',
    arrange: stale,
    top: 1300,
  },
  { name: 'stale-dataset', path: `/datasets/${ID}`, arrange: stale },
  {
    name: 'stale-config',
    path: '/config',
    arrange({ services }) {
      const differs = { inSync: false, sha256OnDisk: 'cd'.repeat(32), error: null, faults: [] }
      Object.assign(services.configuration, { state: async () => differs })
    },
  },
  {
    name: 'loading-action',
    path: '/',
    arrange({ engine }) {
      engine.scan = () => new Promise(() => {})
    },
    before: async (page) => {
      await page.getByRole('button', { name: 'Check all' }).click()
      await page.waitForTimeout(500)
    },
  },
  {
    name: 'error-page',
    path: '/runs',
    arrange({ store }) {
      store.runs = () => Promise.reject(new Error('disk I/O error'))
    },
  },
  {
    name: 'error-action',
    path: '/',
    arrange({ engine }) {
      engine.scan = () => Promise.reject(new Error('disk I/O error'))
    },
    before: async (page) => {
      await page.getByRole('button', { name: 'Check all' }).click()
      await page.waitForTimeout(1500)
    },
  },
]

/** Each state with its pictures. */
export async function* statePictures(
  browser: Browser,
  wanted: (name: string) => boolean,
): AsyncGenerator<readonly [string, readonly Picture[]]> {
  for (const { name, path, arrange, before, top = 800 } of STATES.filter((state) => wanted(state.name))) {
    const fake = await fakeServices()
    const { auth } = fake.world.config
    fake.world.config = { ...fake.world.config, auth: { ...auth, mode: 'none', noneRole: 'operator' } }
    const { url } = await fake.runtime.start({ port: 0, schedule: false })
    arrange(fake)
    try {
      const pictures: Picture[] = []
      for (const variant of TWO) {
        const page = await windowOf(browser, variant)
        await page.goto(url + path)
        await settled(page)
        await before?.(page)
        pictures.push(await pictureOf(page, `${name}: ${variant.name}`, top))
        await page.context().close()
      }
      yield [name, pictures]
    } finally {
      fake.services.events.close()
      await fake.runtime.stop(1000)
    }
  }
}

/** Until every island works and the stream has said hello; a page without a script is settled at once. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    [...document.querySelectorAll('[data-island]')].every((island) => island.hasAttribute('data-hydrated')),
  )
  if ((await page.locator('.live').count()) === 0) return
  // Not on paper.
  await page.getByText('● Live').waitFor({ state: 'attached' })
  await page.waitForTimeout(300)
}

/** The pages stay open while their service ends: the top of each, when each says that it is offline. */
export async function offlinePictures(
  browser: Browser,
  signedIn: Parameters<typeof windowOf>[2],
  urls: readonly string[],
  end: () => Promise<void>,
): Promise<readonly Picture[]> {
  const pages: Page[] = []
  try {
    for (const url of urls) {
      const page = await windowOf(browser, TWO[0] as Variant, signedIn)
      pages.push(page)
      await page.goto(url)
      await settled(page)
    }
    await end()
    const pictures: Picture[] = []
    for (const page of pages) {
      await until(async () => (await page.locator('.live-offline').count()) === 1)
      pictures.push(await pictureOf(page, new URL(page.url()).pathname, 620))
    }
    return pictures
  } finally {
    for (const page of pages) await page.context().close()
  }
}
