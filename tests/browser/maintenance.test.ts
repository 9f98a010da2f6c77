import { afterAll, beforeAll, expect } from 'bun:test'
import type { Browser } from 'playwright-core'
import { overview } from '#lib/api/status.ts'
import { fakeView } from '#tests/api/fake-views.ts'
import { barriers, complete, hydrated, inBrowser, isTooWide, launch, visit } from './pages.ts'

let browser: Browser | null = null
beforeAll(async () => {
  browser = await launch()
}, 300_000)
afterAll(() => browser?.close())

const ID = 'hq10-7.L1S4DAT1'

inBrowser(
  'from the dashboard a SAN is paused in three steps, by the keyboard alone, and ended again',
  () =>
    visit(browser, async ({ page, fake, url }) => {
      await page.goto(url)
      await hydrated(page)
      await page.getByRole('link', { name: 'Pause hqs7' }).focus()
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/maintenance/)
      expect(await page.locator('[name=target]').inputValue()).toBe('host hqs7')
      await page.locator('[name=until]').focus()
      await page.keyboard.type('18:00')
      await page.getByLabel('Why').focus()
      await page.keyboard.type('disks are swapped')
      await page.keyboard.press('Enter')
      await page.getByRole('status').getByText('Paused: SAN hqs7.').waitFor()
      expect(fake.engine.calls).toMatchObject([
        {
          verb: 'maintain',
          input: { kind: 'pause', scope: { kind: 'hosts', hosts: ['hqs7'] }, reason: 'disks are swapped' },
        },
      ])
      expect([await barriers(page), await isTooWide(page)]).toEqual([[], false])
      await page.getByRole('button', { name: 'End now: SAN hqs7' }).press('Enter')
      await page.getByRole('status').getByText('Ended: SAN hqs7.').waitFor()
    }),
  300_000,
)

inBrowser(
  'a dataset that is paused with its SAN says so, and sends whoever would resume it there',
  () =>
    visit(
      browser,
      async ({ page, url }) => {
        await page.goto(`${url}/datasets/${ID}`)
        await hydrated(page)
        await page.getByText('Paused with SAN hqs7 by anna until').waitFor()
        const link = page.getByRole('link', { name: 'Paused with SAN hqs7' })
        expect(await link.getAttribute('href')).toBe('/maintenance#m3')
        expect(await page.getByRole('button', { name: 'Resume' }).count()).toBe(0)
        expect([await barriers(page), await isTooWide(page)]).toEqual([[], false])
      },
      {
        options: { viewport: { width: 360, height: 800 } },
        prepare: ({ engine, services }) => {
          const pause = {
            origin: 'maintenance' as const,
            by: 'anna',
            at: services.now(),
            until: services.now() + 3600_000,
            reason: 'disks',
            maintenance: { id: 3, about: 'SAN hqs7' },
          }
          engine.views = [fakeView(ID, { change: { pause } })]
        },
      },
    ),
  300_000,
)

inBrowser(
  'a pause that begins while the dashboard is open is said there',
  () =>
    visit(browser, async ({ page, fake, url }) => {
      await page.goto(url)
      await complete(page)
      const until = fake.services.now() + 3600_000
      await fake.engine.maintain({
        kind: 'pause',
        scope: { kind: 'scheduler' },
        from: fake.services.now(),
        until,
        by: 'bea',
        reason: 'new switch',
      })
      const { datasets: _, ...counts } = overview(fake.services, fake.services.now())
      fake.services.events.publish('status', counts)
      await page.getByRole('note').getByText('The scheduler').waitFor()
      await page.getByRole('heading', { name: /checks are paused until .* by bea: new switch/ }).waitFor()
    }),
  300_000,
)
