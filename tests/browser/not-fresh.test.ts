import { afterAll, beforeAll, expect } from 'bun:test'
import type { Browser } from 'playwright-core'
import { overview } from '#lib/api/status.ts'
import { NOW } from '#tests/api/fake-config.ts'
import { lookedAtLongAgo } from '#tests/api/fake-views.ts'
import { barriers, complete, hydrated, inBrowser, isTooWide, launch, visit } from './pages.ts'

let browser: Browser | null = null
beforeAll(async () => {
  browser = await launch()
}, 300_000)
afterAll(() => browser?.close())

const DATASET = '/datasets/hq10-7.L1S4DAT1'

inBrowser(
  'where nobody looked for two intervals it is said above everything',
  () =>
    visit(
      browser,
      async ({ page, url }) => {
        await page.goto(url)
        const note = page.locator('.not-fresh')
        expect(await note.textContent()).toContain('None of 4 datasets was looked at for two check intervals.')
        expect(await page.locator('tr.stale .overlay').count()).toBe(4)
        expect([await barriers(page), await isTooWide(page)]).toEqual([[], false])
        await page.goto(url + DATASET)
        expect(await note.textContent()).toContain('Not looked at since')
      },
      {
        prepare: ({ engine }) => {
          engine.views = engine.views.map(lookedAtLongAgo)
        },
        options: { viewport: { width: 390, height: 844 } },
      },
    ),
  300_000,
)

inBrowser(
  'that the checks stand still shows on a page that is open already',
  () =>
    visit(browser, async ({ page, url, fake, window }) => {
      const dataset = await window()
      await page.goto(url)
      await dataset.goto(url + DATASET)
      for (const each of [page, dataset]) {
        await hydrated(each)
        await each.bringToFront()
        await each.getByText('● Live').waitFor()
        expect(await each.locator('.not-fresh').count()).toBe(0)
      }
      const { engine, services } = fake
      engine.views = engine.views.map(lookedAtLongAgo)
      const { datasets: _, ...counts } = overview(services, NOW)
      services.events.publish('status', counts)
      await page.getByText('None of 4 datasets was looked at').waitFor()
      await dataset.getByText('Not looked at since').waitFor()
    }),
  300_000,
)

inBrowser(
  'when the witness answers no more, the page says since when it stands still, and keeps what it shows',
  () =>
    visit(browser, async ({ page, url, fake, said }) => {
      await page.goto(url)
      await complete(page)
      fake.services.events.close()
      await fake.runtime.stop(1000)
      await page.getByText(/No news since \d\d:\d\d:\d\d/).waitFor({ timeout: 90_000 })
      expect(await page.locator('table.datasets tbody tr').count()).toBe(4)
      // The browser itself notes every try.
      said.length = 0
    }),
  300_000,
)
