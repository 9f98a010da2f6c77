import { afterAll, beforeAll, expect } from 'bun:test'
import type { Browser } from 'playwright-core'
import { logView } from '#lib/api/log.ts'
import { NOW } from '#tests/api/fake-config.ts'
import { entry, fakeInventory, fakePlan, fakeRun, fakeView } from '#tests/api/fake-views.ts'
import { hydrated, inBrowser, launch, visit } from './pages.ts'

let browser: Browser | null = null
beforeAll(async () => {
  browser = await launch()
}, 300_000)
afterAll(() => browser?.close())

const EVIL = `"'></script><script>window.stolen=1</script><img src=x onerror="window.stolen=1"><svg/onload=window.stolen=1>`
const ID = 'hq10-7.L1S4DAT1'

inBrowser(
  'whatever a SAN, a log or a person wrote is text on every page',
  () =>
    visit(
      browser,
      async ({ page, url, fake }) => {
        const paths = [
          '/',
          `/datasets/${ID}`,
          `/datasets/${ID}/repair`,
          '/runs',
          '/runs/7',
          '/logs',
          `/?q=${encodeURIComponent(EVIL)}`,
        ]
        for (const path of [
          ...paths,
          `/logs?component=${encodeURIComponent(EVIL)}`,
          `/runs?dataset=${encodeURIComponent(EVIL)}`,
        ]) {
          await page.goto(url + path)
          await hydrated(page)
          expect([path, await page.evaluate(() => 'stolen' in window)]).toEqual([path, false])
          expect([path, await page.locator('img, script:not([src])').count()]).toEqual([path, 0])
        }
        await page.goto(`${url}/logs`)
        await hydrated(page)
        await page.getByText('● Live').waitFor()
        const record = { at: NOW, level: 'error', component: EVIL, message: `live ${EVIL}`, runId: null } as const
        fake.services.events.publish(
          'log',
          logView({ ...record, id: 99, datasetId: null, host: EVIL, requestId: null, fields: {} }),
        )
        await page.getByText('● Live').waitFor()
        expect(await page.evaluate(() => 'stolen' in window)).toBe(false)
      },
      {
        prepare({ engine, store }) {
          const verdict = fakeView(ID).verdict
          const reason = { ...verdict.reason, message: EVIL, action: EVIL, evidence: { [EVIL]: EVIL } }
          engine.views = [
            fakeView(ID, {
              name: EVIL,
              health: 'BROKEN',
              change: {
                verdict: { ...verdict, reason, reasons: [reason] },
                plan: fakePlan(ID, { outcome: EVIL, notes: [EVIL] }),
              },
            }),
          ]
          engine.known.set(ID, hostileInventory())
          const run = fakeRun(7, { state: 'FAILED', outcome: EVIL, reason: EVIL, datasetId: ID, finishedAt: NOW })
          const error = { kind: EVIL, message: EVIL, step: null, host: EVIL, stderrTail: EVIL, retryable: false }
          engine.run = async () => ({ ...run, error, decisions: [{ rule: EVIL, count: 1, message: EVIL }] })
          store.runs = async () => ({ items: [run], nextCursor: null })
          const logs = store.logs
          store.logs = async (query) => {
            const page = await logs(query)
            return { ...page, items: page.items.map((record) => ({ ...record, message: EVIL, host: EVIL })) }
          }
        },
      },
    ),
  300_000,
)

function hostileInventory() {
  const inventory = fakeInventory(ID)
  const { primary } = inventory
  if (primary.state !== 'present') return inventory
  return { ...inventory, primary: { ...primary, snapshots: [...primary.snapshots, entry(EVIL, '666', 9_000)] } }
}
