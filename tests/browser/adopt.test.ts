import { afterAll, beforeAll, expect } from 'bun:test'
import type { Browser } from 'playwright-core'
import { fakeWaiting, WAITING_HASH } from '#tests/api/fake-views.ts'
import { inBrowser, launch, visit } from './pages.ts'

let browser: Browser | null = null
beforeAll(async () => {
  browser = await launch()
}, 300_000)
afterAll(() => browser?.close())

inBrowser.each([true, false])(
  'from the dashboard: read what waits for one decision, and decide it by one click (script: %p)',
  (javaScriptEnabled) =>
    visit(
      browser,
      async ({ page, url, fake }) => {
        await page.goto(url)
        await page.getByRole('link', { name: 'read and decide' }).click()
        expect(await page.locator('h1').textContent()).toBe('2 datasets need one decision')
        expect(await page.locator('main').textContent()).toContain('hqs7p1/p.two.zw-aside-20261130T000000Z')
        expect(fake.engine.calls).toEqual([])
        await page.getByRole('button', { name: 'Yes, all 2' }).click()
        await page.getByText('2 repairs are queued.').waitFor()
        expect(fake.engine.calls).toMatchObject([
          {
            verb: 'adopt',
            input: {
              choices: ['p.one', 'p.two'].map((datasetId) => ({ datasetId, planHash: WAITING_HASH })),
            },
          },
        ])
      },
      {
        role: 'operator',
        options: { javaScriptEnabled },
        prepare: ({ engine }) => {
          engine.views.push(fakeWaiting('p.one'), fakeWaiting('p.two'))
        },
      },
    ),
  300_000,
)
