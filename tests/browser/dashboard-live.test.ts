import { afterAll, beforeAll, expect } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { datasetSummary } from '#lib/api/dataset-summary.ts'
import { runView } from '#lib/api/run.ts'
import { NOW } from '#tests/api/fake-config.ts'
import { type Fake, fakeServices } from '#tests/api/fake-services.ts'
import { fakeRun, fakeView } from '#tests/api/fake-views.ts'
import { complete, inBrowser, launch, opened } from './pages.ts'

let browser: Browser | null = null
beforeAll(async () => {
  browser = await launch()
}, 300_000)
afterAll(() => browser?.close())

/** `expected`: what the browser may say besides the favicon, which is not this test's subject. */
async function withPage(
  use: (page: Page, fake: Fake, url: string) => Promise<void>,
  expected: readonly string[] = [],
): Promise<void> {
  const fake = await fakeServices()
  const { url } = await fake.runtime.start({ port: 0, schedule: false })
  const page = await opened(browser).newPage()
  page.setDefaultTimeout(600_000)
  const said: string[] = []
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => said.push(`error: ${error.message}`))
  try {
    await page.goto(`${url}/`)
    await use(page, fake, url ?? '')
    // A CSP violation or a hydration that goes wrong would be here.
    expect(said.filter((line) => !['404', ...expected].some((each) => line.includes(each)))).toEqual([])
  } finally {
    await page.close()
    fake.services.events.close()
    await fake.runtime.stop(1000)
  }
}

inBrowser(
  'the table follows what happens',
  () =>
    withPage(async (page, { engine, services }) => {
      await complete(page)
      const row = page.locator('table.datasets tr[data-id="hq8-1.ok"]')
      expect(await row.textContent()).toContain('Healthy')

      const activeRun = fakeRun(7, { kind: 'REPAIR', state: 'RUNNING', datasetId: 'hq8-1.ok' })
      const changed = fakeView('hq8-1.ok', {
        pair: 'HQS8 → HQS1',
        name: 'OK',
        health: 'BROKEN',
        code: 'NO_COMMON_SNAPSHOT',
        delaySeconds: 9_999_999,
        change: { status: 'REPAIRING', activeRun },
      })
      engine.views = [...engine.views.filter(({ dataset }) => dataset.id !== 'hq8-1.ok'), changed]
      services.events.publish('dataset', datasetSummary(changed, NOW))
      await row.getByText('Repairing').waitFor()
      expect(await row.textContent()).toContain('Broken')
      // It is the worst now, so it stands first.
      expect(await page.locator('table.datasets tbody tr').first().textContent()).toContain('OK')

      services.events.publish('run', runView(activeRun, NOW))
      const progress = { runId: '7', datasetId: 'hq8-1.ok', bytesDone: 2 ** 30, bytesTotal: 2 ** 31 }
      services.events.publish('progress', { ...progress, rate: 2 ** 20, etaSeconds: 660 })
      const running = page.getByRole('region', { name: 'Running now' })
      await running.getByText('1 GiB of about 2 GiB · 1 MiB/s · 11 min left').waitFor()
      services.events.publish('run', { ...runView(activeRun, NOW), state: 'SUCCEEDED' })
      await running.getByRole('progressbar').waitFor({ state: 'detached' })
    }),
  300_000,
)

/** Holds the answer to what the page asks of `path` next; the result lets it arrive. */
async function holdNext(page: Page, path: string): Promise<{ readonly asked: Promise<void>; release(): void }> {
  const asked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  await page.route(
    (url) => url.pathname === path,
    async (route) => {
      const answer = await route.fetch()
      asked.resolve()
      await released.promise
      await route.fulfill({ response: answer })
    },
    { times: 1 },
  )
  return { asked: asked.promise, release: () => released.resolve() }
}

inBrowser(
  'an answer that was on its way undoes nothing of what the stream said meanwhile',
  () =>
    withPage(async (page, { engine, services }) => {
      const row = (id: string) => page.locator(`table.datasets tr[data-id="${id}"]`)
      const change = (id: string, name: string, health: 'HEALTHY' | 'BROKEN') => {
        const view = fakeView(id, { name, ...(health === 'BROKEN' ? { health, code: 'NO_COMMON_SNAPSHOT' } : {}) })
        engine.views = [...engine.views.filter(({ dataset }) => dataset.id !== id), view]
        return view
      }
      await complete(page)
      change('hq8-1.ok', 'First', 'HEALTHY')
      services.events.publish('config', { inSync: true, loadedAt: new Date(NOW).toISOString(), error: null })
      await row('hq8-1.ok').getByText('First').waitFor()

      const status = await holdNext(page, '/api/status')
      const answers = await Promise.all(['/api/datasets', '/api/runs'].map((path) => holdNext(page, path)))
      change('hq8-1.new', 'Only in the answer', 'HEALTHY')
      services.events.publish('config', { inSync: true, loadedAt: new Date(NOW).toISOString(), error: null })
      await status.asked
      const counts = { HEALTHY: 3, WARNING: 0, BROKEN: 1, UNKNOWN: 0, REPAIRING: 0, total: 4, retired: 0 }
      services.events.publish('status', { overall: 'BROKEN', headline: 'Only in the stream', counts })
      const headline = page.getByRole('heading', { level: 1 })
      await headline.getByText('Only in the stream').waitFor()
      // The datasets and runs are asked for once this answer is in.
      status.release()
      await Promise.all(answers.map(({ asked }) => asked))
      expect(await headline.textContent()).toContain('Only in the stream')

      const run = fakeRun(7, { kind: 'REPAIR', state: 'RUNNING', datasetId: 'hq8-1.ok' })
      services.events.publish('dataset', datasetSummary(change('hq8-1.ok', 'Second', 'BROKEN'), NOW))
      services.events.publish('run', runView(run, NOW))
      await row('hq8-1.ok').getByText('Second').waitFor()
      const running = page.getByRole('region', { name: 'Running now' })
      await running.waitFor()
      for (const { release } of answers) release()
      await row('hq8-1.new').waitFor()
      expect(await row('hq8-1.ok').textContent()).toContain('Second')
      expect(await row('hq8-1.ok').textContent()).toContain('Broken')
      expect(await running.isVisible()).toBe(true)
    }),
  300_000,
)

inBrowser(
  'a stream that ends is said, and the data stays',
  () =>
    withPage(
      async (page, { services }) => {
        await complete(page)
        services.events.close()
        await page.getByText(/Reconnecting|Offline/).waitFor()
        expect(await page.locator('table.datasets tbody tr').count()).toBe(4)
      },
      // It asks for the stream again, and is refused.
      ['503'],
    ),
  300_000,
)

inBrowser(
  'it can be read on a phone: nothing is wider than the screen',
  () =>
    withPage(async (page) => {
      await page.setViewportSize({ width: 360, height: 740 })
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      )
      expect(wide).toBe(false)
      if (process.env.SCREENSHOTS) {
        await page.screenshot({ path: `${process.env.SCREENSHOTS}/phone.png`, fullPage: true })
        await page.setViewportSize({ width: 1280, height: 800 })
        await page.emulateMedia({ colorScheme: 'dark' })
        await page.screenshot({ path: `${process.env.SCREENSHOTS}/dark.png`, fullPage: true })
      }
    }),
  300_000,
)
