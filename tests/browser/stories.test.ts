import { afterAll, beforeAll, expect } from 'bun:test'
import type { Browser } from 'playwright-core'
import { datasetSummary } from '#lib/api/dataset-summary.ts'
import { runView } from '#lib/api/run.ts'
import { NOW } from '#tests/api/fake-config.ts'
import { fakePlan, fakeRun, fakeView } from '#tests/api/fake-views.ts'
import { complete, hydrated, inBrowser, launch, visit } from './pages.ts'

let browser: Browser | null = null
beforeAll(async () => {
  browser = await launch()
}, 300_000)
afterAll(() => browser?.close())

const ID = 'hq10-7.L1S4DAT1'

inBrowser(
  'by mouse: from the headline to a repair that starts once, however often it is pressed',
  () =>
    visit(browser, async ({ page, url, fake }) => {
      const { engine } = fake
      engine.repair = async (request) => {
        engine.calls.push({ verb: 'repair', input: request })
        return { run: fakeRun(7, { kind: 'REPAIR' }), done: new Promise(() => {}) }
      }
      await page.goto(url)
      await hydrated(page)
      await page
        .getByRole('button', { name: /Broken/ })
        .first()
        .click()
      await page.waitForURL(/status=BROKEN/)
      expect(await page.locator('table.datasets tbody tr').count()).toBe(1)
      await page.locator('table.datasets').getByRole('link', { name: 'L1S4DAT1' }).click()
      await page.getByRole('heading', { name: 'What you can do' }).waitFor()
      await page.getByRole('button', { name: 'Preview repair' }).click()
      await page.getByText('Destroys nothing.', { exact: true }).waitFor()
      await page.getByText('zfs receive', { exact: false }).first().waitFor()
      await hydrated(page)
      await page.getByLabel(/Reason/).fill('after the swap')
      await page.getByRole('button', { name: 'Repair hqs7' }).dblclick()
      await page.waitForURL(/\/runs\/7$/)
      const asked = engine.calls.filter(({ verb }) => verb === 'repair')
      expect(asked.length).toBe(1)
      expect(asked[0]?.input).toMatchObject({ datasetId: ID, planId: 'p-1', reason: 'after the swap', confirm: null })
      await page.getByRole('button', { name: /Cancel/ }).waitFor()
    }),
  300_000,
)

inBrowser(
  'the same without a script: forms alone lead to the run',
  () =>
    visit(
      browser,
      async ({ page, url, fake }) => {
        const { engine } = fake
        engine.repair = async (request) => {
          engine.calls.push({ verb: 'repair', input: request })
          return { run: fakeRun(7, { kind: 'REPAIR' }), done: new Promise(() => {}) }
        }
        await page.goto(`${url}/datasets/${ID}`)
        await page.getByRole('button', { name: 'Preview repair' }).click()
        await page.getByRole('button', { name: 'Repair hqs7' }).click()
        await page.waitForURL(/\/runs\/7$/)
        expect(engine.calls.filter(({ verb }) => verb === 'repair').length).toBe(1)
      },
      { options: { javaScriptEnabled: false } },
    ),
  300_000,
)

inBrowser(
  'by keyboard: search, move, open, the list of keys',
  () =>
    visit(browser, async ({ page, url }) => {
      await page.goto(url)
      await hydrated(page)
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Keys' }).waitFor()
      await page.keyboard.press('Escape')
      await page.keyboard.press('/')
      await page.keyboard.type('disk')
      await page.waitForURL(/q=disk/)
      expect(await page.locator('table.datasets tbody tr').count()).toBe(1)
      await page.getByRole('searchbox').clear()
      await page.getByRole('searchbox').blur()
      await page.keyboard.press('j')
      await page.keyboard.press('j')
      await page.keyboard.press('k')
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('L1S4DAT1')
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/datasets\//)
      await hydrated(page)
      await page.keyboard.press('g')
      await page.keyboard.press('r')
      await page.waitForURL(/\/runs$/)
    }),
  300_000,
)

inBrowser(
  'who types or chooses before the page knows every dataset, or before its script is there, loses nothing',
  () =>
    visit(browser, async ({ page, url }) => {
      let letScript = () => {}
      let letRows = () => {}
      const script = new Promise<void>((resolve) => (letScript = resolve))
      const all = new Promise<void>((resolve) => (letRows = resolve))
      await page.route(/dashboard[^/]*\.js/, (route) => script.then(() => route.continue()))
      await page.route(/api\/datasets\?/, (route) => all.then(() => route.continue()))
      const rows = page.locator('table.datasets tbody tr')
      await page.goto(url, { waitUntil: 'domcontentloaded' })
      const search = page.getByRole('searchbox')
      await search.pressSequentially('di')
      await page.locator('#find [name=status]').selectOption('WARNING')
      expect(await rows.count()).toBeGreaterThan(1)
      // The stream has greeted before this island is there.
      await page.getByText('● Live').waitFor()
      letScript()
      await page.waitForURL(/status=WARNING&q=di$/)
      await search.pressSequentially('sk')
      await page.waitForURL(/q=disk$/)
      await page.getByText('still loading').waitFor()
      letRows()
      await page.getByText('(1 of ', { exact: false }).waitFor()
      expect(await search.inputValue()).toBe('disk')
      expect(await rows.count()).toBe(1)
    }),
  300_000,
)

inBrowser(
  'a filter that nothing meets any more is shown as what it is, and stays',
  () =>
    visit(browser, async ({ page, url }) => {
      await page.goto(`${url}/?reason=LONG_GONE`)
      await complete(page)
      expect(await page.locator('#find [name=reason]').inputValue()).toBe('LONG_GONE')
      await page.getByRole('searchbox').fill('disk')
      await page.waitForURL(/reason=LONG_GONE&q=disk$/)
      await page.getByText('No dataset matches').waitFor()
    }),
  300_000,
)

inBrowser(
  'a repair that destroys is named, typed, and for admins only',
  () =>
    visit(browser, async ({ page, url, fake }) => {
      const { engine } = fake
      const destroys = [
        { kind: 'snapshot', name: 'manual-before-upgrade', guid: '77', creation: NOW / 1000, usedBytes: 2 ** 30 },
      ] as const
      engine.preview = async (id) => ({
        planId: 'p-2',
        datasetId: id,
        plan: fakePlan(id, { kind: 'IN_PLACE', destroys }),
        madeAt: NOW,
        expiresAt: NOW + 600_000,
      })
      await page.goto(`${url}/datasets/${ID}/repair?strategy=IN_PLACE`)
      await hydrated(page)
      await page.getByText(/destroys data on hqs7 \(hqs7p1\/L1S4DAT1\): 1 snapshot, about 1 GiB/).waitFor()
      await page.getByText('▲ made by hand?').waitFor()
      const button = page.getByRole('button', { name: 'Destroy 1 snapshot and repair hqs7' })
      await page.getByLabel(/Type/).fill('hqs7p1/L1S4DAT1')
      // The operator has typed it right and still may not.
      expect(await button.isDisabled()).toBe(true)
      await page.getByText('Needs the admin role').waitFor()
    }),
  300_000,
)

inBrowser(
  'a viewer sees the same pages; what may not be pressed says why',
  () =>
    visit(
      browser,
      async ({ page, url }) => {
        await page.goto(url)
        await hydrated(page)
        const button = page.getByRole('button', { name: 'Check all' })
        expect([await button.isDisabled(), await button.getAttribute('title')]).toEqual([
          true,
          'Needs the operator role',
        ])
        await page.getByText('Needs the operator role').waitFor()
      },
      { role: 'viewer' },
    ),
  300_000,
)

inBrowser(
  'what one window starts moves in the other; title and icon follow the worst state',
  () =>
    visit(browser, async ({ page, url, window, fake }) => {
      const { engine, services } = fake
      const other = await window()
      await page.goto(url)
      await other.goto(`${url}/runs`)
      await page.bringToFront()
      await complete(page)
      await page.waitForFunction(() => document.title.startsWith('1 broken · '))
      expect(await page.locator('#icon').getAttribute('href')).toBe('/assets/icon-broken.svg')
      const activeRun = fakeRun(9, { kind: 'REPAIR', state: 'RUNNING', datasetId: ID, startedAt: NOW })
      const changed = fakeView(ID, {
        health: 'BROKEN',
        code: 'LAG_CRITICAL',
        change: { status: 'REPAIRING', activeRun },
      })
      engine.views = engine.views.map((view) => (view.dataset.id === ID ? changed : view))
      services.events.publish('run', runView(activeRun, NOW))
      services.events.publish('dataset', datasetSummary(changed, NOW))
      await page.getByRole('region', { name: 'Running now' }).getByRole('link', { name: 'L1S4DAT1' }).last().waitFor()
      await page.locator(`tr[data-id="${ID}"]`).getByText('Repairing').waitFor()
    }),
  300_000,
)
