import { afterAll, beforeAll, expect } from 'bun:test'
import type { Browser } from 'playwright-core'
import { NOW } from '#tests/api/fake-config.ts'
import { fakeId, tellsMuch } from '#tests/api/fake-incidents.ts'
import type { Fake } from '#tests/api/fake-services.ts'
import { fakeInventory, fakeLost, fakeWaiting } from '#tests/api/fake-views.ts'
import { barriers, hydrated, inBrowser, isTooWide, launch, visit } from './pages.ts'

let browser: Browser | null = null
beforeAll(async () => {
  browser = await launch()
}, 300_000)
afterAll(() => browser?.close())

const ID = 'hq10-7.L1S4DAT1'
const PAGES = [
  '/',
  '/?status=BROKEN,WARNING&group=pair&sort=-name',
  '/?q=nothing',
  `/datasets/${ID}`,
  `/datasets/${ID}/repair`,
  '/runs',
  '/runs/7',
  '/history',
  '/history?dataset=hq10-7.L1S4DAT1&from=2026-11-01&to=2026-11-30',
  '/report',
  '/set-asides',
  '/maintenance',
  '/maintenance?host=hqs7',
  '/adopt',
  '/datasets/hq10-7.LOST',
  '/datasets/hq10-7.LOST/adopt',
  '/functions',
  '/functions/scan',
  '/logs',
  '/config',
  '/config?tab=file',
  '/config?tab=hosts',
  '/config?tab=about',
  '/docs/api',
  '/docs/problems',
  '/docs/reasons',
  '/first-steps',
  '/account',
  '/users',
  '/audit',
  '/incidents',
  '/incidents?datasetId=hq10-7.L1S4DAT1',
  ...[1, 3, 6, 9].map((n) => `/incidents/${fakeId(n)}`),
  '/notifications',
]

/** Something to decide, and something paused, planned and over. */
const waits = (fake: Fake) => {
  const { engine } = fake
  tellsMuch(fake)
  const said = { by: 'anna', reason: 'disks are swapped', madeAt: NOW, endedAt: null, endedBy: null } as const
  const hosts = { kind: 'hosts', hosts: ['hqs7'] } as const
  const concerned = [ID]
  engine.kept.push(
    ...(['in force', 'planned', 'over'] as const).map((stage, at) => ({
      ...said,
      ...{ id: at + 1, kind: 'pause' as const, scope: hosts, from: NOW, until: NOW + 3600_000 },
      ...{ stage, noted: stage, about: 'SAN hqs7', concerns: concerned },
    })),
  )
  engine.views.push(fakeWaiting('hq10-7.WAITS'), fakeLost('hq10-7.LOST'))
  engine.known.set('hq10-7.LOST', fakeInventory('hq10-7.LOST'))
}

for (const scheme of ['light', 'dark'] as const) {
  inBrowser(
    `every page can be used by everybody, asks no other host, and makes no noise (${scheme})`,
    () =>
      visit(
        browser,
        async ({ page, url }) => {
          const found: string[] = []
          for (const path of PAGES) {
            const response = await page.goto(url + path)
            expect([path, response?.status()]).toEqual([path, 200])
            await hydrated(page)
            for (const barrier of await barriers(page)) found.push(`${path} ${barrier}`)
          }
          expect(found).toEqual([])
        },
        { role: 'admin', options: { colorScheme: scheme }, prepare: waits },
      ),
    300_000,
  )
}

inBrowser.each([320, 390, 768, 1000])(
  'every page can be read at %d pixels, and without a script',
  (width) =>
    visit(
      browser,
      async ({ page, url }) => {
        const wide: string[] = []
        for (const path of PAGES) {
          await page.goto(url + path)
          expect([path, (await page.locator('h1').first().textContent())?.trim() ?? '']).not.toEqual([path, ''])
          if (await isTooWide(page)) wide.push(path)
        }
        expect(wide).toEqual([])
      },
      { role: 'admin', options: { viewport: { width, height: 844 }, javaScriptEnabled: false }, prepare: waits },
    ),
  300_000,
)

inBrowser(
  'what is not there is said, with a way on',
  () =>
    visit(browser, async ({ page, url, said }) => {
      const response = await page.goto(`${url}/datasets/nobody`)
      expect(response?.status()).toBe(404)
      expect(await page.locator('main').textContent()).toContain('There is no dataset "nobody"')
      expect(await page.getByRole('link', { name: 'NO_SUCH_DATASET' }).getAttribute('href')).toBe(
        '/docs/problems#no-such-dataset',
      )
      // The browser itself notes the 404.
      said.length = 0
    }),
  300_000,
)
