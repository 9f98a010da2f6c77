import { afterAll, beforeAll, expect } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { datasetSummary } from '#lib/api/dataset-summary.ts'
import { NOW } from '#tests/api/fake-config.ts'
import { complete, hydrated, inBrowser, isTooWide, launch, visit } from './pages.ts'

let browser: Browser | null = null
beforeAll(async () => {
  browser = await launch()
}, 300_000)
afterAll(() => browser?.close())

const ID = 'hq10-7.L1S4DAT1'
const PAGES = ['/', `/datasets/${ID}`, `/datasets/${ID}/repair`, '/runs/7', '/runs', '/logs', '/users']
const A4 = { viewport: { width: 720, height: 1000 }, colorScheme: 'dark' } as const

/** What would be on the paper of those that fit, by their words. */
function seen(page: Page, selector: string): Promise<readonly string[]> {
  return page
    .locator(selector)
    .evaluateAll((found) =>
      found
        .filter((each) => each.getClientRects().length > 0 && getComputedStyle(each).clipPath === 'none')
        .map((each) => each.outerHTML.slice(0, 120)),
    )
}

inBrowser(
  'on paper there is nothing to press, black on white, no table cut, and the moment it shows',
  () =>
    visit(
      browser,
      async ({ page, url }) => {
        await page.emulateMedia({ media: 'print' })
        for (const path of PAGES) {
          await page.goto(url + path)
          await hydrated(page)
          const pressed = await seen(
            page,
            'button:not(.tile, thead button), .button, nav.main-nav, select, summary, .search',
          )
          expect([path, pressed]).toEqual([path, []])
          expect([path, await isTooWide(page)]).toEqual([path, false])
          const cut = await page.locator('main *').evaluateAll((all) =>
            all
              .filter(
                (each) => getComputedStyle(each).overflowX !== 'visible' && each.scrollWidth > each.clientWidth + 1,
              )
              .filter((each) => getComputedStyle(each).clipPath === 'none')
              .map((each) => each.className),
          )
          expect([path, cut]).toEqual([path, []])
          const colours = await page.evaluate(() => {
            const { backgroundColor, color } = getComputedStyle(document.body)
            return [backgroundColor, color]
          })
          expect(colours).toEqual(['rgb(255, 255, 255)', 'rgb(0, 0, 0)'])
          expect(await seen(page, '.live .on-paper')).toEqual([expect.stringMatching(/As of .*\d\d:\d\d:\d\d \w+/)])
        }
        await page.goto(url)
        expect(await seen(page, '.tile')).toHaveLength(5)
        expect(await seen(page, 'table.datasets thead th')).toHaveLength(7)
      },
      { role: 'admin', options: A4 },
    ),
  300_000,
)

inBrowser(
  'in forced colours shapes still differ, what is pressed and where one is can be seen',
  () =>
    visit(browser, async ({ page, url }) => {
      await page.emulateMedia({ forcedColors: 'active' })
      await page.goto(url)
      await hydrated(page)
      const shapes = await page
        .locator('.tile .icon path')
        .evaluateAll((all) => all.map((each) => each.getAttribute('d')))
      expect(new Set(shapes).size).toBe(5)
      const border = (selector: string) =>
        page
          .locator(selector)
          .first()
          .evaluate((each) => Number.parseFloat(getComputedStyle(each).borderTopWidth))
      expect(await border('.card')).toBeGreaterThan(0)
      const before = await border('button.tile')
      await page.locator('button.tile').first().click()
      expect(await border('button.tile')).toBeGreaterThan(before)
      await page.keyboard.press('Tab')
      const outline = await page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement ?? document.body)
        return [outlineStyle, Number.parseFloat(outlineWidth) >= 2]
      })
      expect(outline).toEqual(['solid', true])
    }),
  300_000,
)

for (const [reducedMotion, moves] of [
  ['reduce', 0],
  ['no-preference', 1],
] as const) {
  inBrowser(
    `with ${reducedMotion} a row with news ${moves === 0 ? 'stands still' : 'is lit for a moment'}`,
    () =>
      visit(
        browser,
        async ({ page, url, fake }) => {
          await page.goto(url)
          await complete(page)
          // Counted when they begin: one of a second may be over before anybody asks.
          await page.evaluate(() => {
            const begun = Element.prototype.animate
            Object.assign(window, { lit: 0 })
            Element.prototype.animate = function (...how) {
              ;(window as any).lit++
              return begun.apply(this, how)
            }
          })
          const view = fake.engine.views.find(({ dataset }) => dataset.id === ID)
          if (view === undefined) throw new Error(`There is no ${ID}.`)
          const changed = { ...view, status: 'REPAIRING' } as const
          fake.engine.views = fake.engine.views.map((each) => (each === view ? changed : each))
          fake.services.events.publish('dataset', datasetSummary(changed, NOW))
          await page.locator(`tr[data-id="${ID}"] .status-repairing`).waitFor()
          expect(await page.evaluate(() => (window as any).lit)).toBe(moves)
          const running = await page.evaluate(() => document.getAnimations().length)
          if (moves === 0) expect(running).toBe(0)
        },
        { options: { reducedMotion } },
      ),
    300_000,
  )
}
