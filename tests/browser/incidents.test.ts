import { afterAll, beforeAll, expect } from 'bun:test'
import type { Browser } from 'playwright-core'
import { fakeId, tellsMuch } from '#tests/api/fake-incidents.ts'
import { fakeIncident, fakeMessage, INCIDENT } from '#tests/api/fake-telling.ts'
import { hydrated, inBrowser, launch, visit } from './pages.ts'

let browser: Browser | null = null
beforeAll(async () => {
  browser = await launch()
}, 300_000)
afterAll(() => browser?.close())

inBrowser(
  'without a script: from the list to an incident, acknowledged with a reason; a test message, and what came of it',
  () =>
    visit(
      browser,
      async ({ page, url, fake }) => {
        const { telling } = fake.services
        const acknowledged: unknown[] = []
        Object.assign(telling, {
          acknowledge: async (...given: unknown[]) => {
            acknowledged.push(given)
            return fakeIncident()
          },
        })
        await page.goto(`${url}/incidents`)
        await page.getByRole('link', { name: 'HQS8DAT1', exact: true }).click()
        await page.getByRole('heading', { name: 'HQS8DAT1', level: 1 }).waitFor()
        await page.getByLabel('For how long').selectOption('a day')
        await page.getByLabel(/^Why/).fill('the disk is ordered')
        await page.getByRole('button', { name: 'Acknowledge' }).click()
        await page.waitForURL(/\/ack$/)
        expect(acknowledged).toMatchObject([[fakeId(2), { until: expect.any(Number), reason: 'the disk is ordered' }]])

        await page.goto(`${url}/notifications`)
        await page.getByRole('button', { name: 'Send a test message to chat' }).click()
        await page.getByText('chat did not take the test message: chat.example answered 503.').waitFor()
      },
      { prepare: tellsMuch, options: { javaScriptEnabled: false } },
    ),
  300_000,
)

inBrowser(
  'a viewer sees who knows of it and whether it arrives, and is told whom to ask',
  () =>
    visit(
      browser,
      async ({ page, url }) => {
        for (const path of [`/incidents/${fakeId(3)}`, '/notifications']) {
          await page.goto(url + path)
          await hydrated(page)
          expect([path, await page.locator('main').getByRole('button').count()]).toEqual([path, 0])
          await page.locator('.why-not').waitFor()
        }
      },
      { role: 'viewer', prepare: tellsMuch },
    ),
  300_000,
)

inBrowser(
  'the places stand in one line from 768 pixels on; on a phone the one where one is is in sight',
  () =>
    visit(
      browser,
      async ({ page, url }) => {
        for (const width of [768, 900, 1100, 1280]) {
          await page.setViewportSize({ width, height: 800 })
          await page.goto(`${url}/incidents`)
          const places = page.locator('.main-nav a')
          const tops = await places.evaluateAll((all) => all.map((each) => each.getBoundingClientRect().top))
          expect([width, new Set(tops).size]).toEqual([width, 1])
          await page.getByRole('link', { name: 'API', exact: true }).focus()
          expect([width, await isInSight(width)]).toEqual([width, true])
        }
        await page.setViewportSize({ width: 390, height: 800 })
        await page.goto(`${url}/audit`)
        await hydrated(page)
        expect(await page.locator('.main-nav [aria-current]').innerText()).toBe('Audit')
        expect(await isInSight(390)).toBe(true)

        /** The place that has the focus, or else the one where one is. */
        function isInSight(width: number): Promise<boolean> {
          return page.evaluate((right) => {
            const place =
              document.querySelector('.main-nav a:focus') ?? document.querySelector('.main-nav [aria-current]')
            const box = place?.getBoundingClientRect()
            return box !== undefined && box.left >= 0 && box.right <= right
          }, width)
        }
      },
      { role: 'admin', prepare: tellsMuch },
    ),
  300_000,
)

const EVIL = '`<img src=x onerror="window.stolen=1">` </code><script>window.stolen=1</script>'

inBrowser(
  'what a SAN or a service wrote is text, in backticks and out of them',
  () =>
    visit(
      browser,
      async ({ page, url }) => {
        for (const path of ['/incidents', `/incidents/${INCIDENT}`, '/notifications']) {
          await page.goto(url + path)
          await hydrated(page)
          await page.getByText('<img src=x').first().waitFor()
          expect([path, await page.locator('main img, main script').count()]).toEqual([path, 0])
          expect([path, await page.evaluate(() => 'stolen' in window)]).toEqual([path, false])
        }
      },
      {
        prepare({ services }) {
          const incident = { ...fakeIncident(), message: EVIL, action: EVIL }
          const message = { ...fakeMessage(), error: EVIL }
          Object.assign(services.store, {
            incidents: async () => ({ items: [incident], nextCursor: null }),
            incident: async () => incident,
            messagesOf: async () => [message],
            messages: async () => [message],
          })
        },
      },
    ),
  300_000,
)
