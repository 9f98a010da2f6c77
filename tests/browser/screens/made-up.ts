import type { Page } from 'playwright-core'
import type { Store } from '#lib/db/types.ts'
import { Refusal } from '#lib/engine/refusal.ts'
import { NOW } from '#tests/api/fake-config.ts'
import { fakeId, tellsMuch } from '#tests/api/fake-incidents.ts'
import type { Fake } from '#tests/api/fake-services.ts'
import { fakePlan, fakeRun, LONG_AGO, lookedAtLongAgo } from '#tests/api/fake-views.ts'

const ID = 'hq10-7.L1S4DAT1'

export interface MadeUp {
  readonly name: string
  readonly path: string
  /** Default: operator. */
  readonly role?: 'admin'
  readonly arrange: (fake: Fake) => void
  readonly before?: (page: Page) => Promise<void>
  /** Higher than this is shown, CSS pixels. Default 800. */
  readonly top?: number
  /** Selector of what is scrolled to. */
  readonly show?: string
}

const never = (): Promise<never> => new Promise(() => {})
const broken = (): Promise<never> => Promise.reject(new Error('disk I/O error'))

const press =
  (name: string | RegExp, then: string | RegExp) =>
  async (page: Page): Promise<void> => {
    await page.getByRole('button', { name }).first().click()
    await page.getByText(then).first().waitFor()
  }

const busy =
  (name: string | RegExp) =>
  async (page: Page): Promise<void> => {
    await page.getByRole('button', { name }).first().click()
    await page.locator('button[aria-busy="true"]').waitFor()
  }

const stale = ({ engine }: Fake): void => {
  engine.views = engine.views.map(lookedAtLongAgo)
  engine.lastScan = () => ({ finished: fakeRun(6, { finishedAt: LONG_AGO }), running: null })
}

const invocation = { name: 'verify', trigger: 'http' as const, actor: 'anna', input: { dataset: ID }, outcome: null }

/** What a service that is well does not show when it is asked to: over services that answer from memory. */
export const MADE_UP: readonly MadeUp[] = [
  { name: 'stale-dashboard', path: '/', arrange: stale, top: 1300 },
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
    name: 'stale-plan',
    path: `/datasets/${ID}/repair`,
    arrange({ engine }) {
      engine.repair = () =>
        Promise.reject(new Refusal('PLAN_STALE', 'hqs7 has a newer snapshot than when this plan was made: @b.'))
    },
    before: press('Repair hqs7', 'Below is a plan made just now.'),
  },
  {
    name: 'stale-run',
    path: '/runs/7',
    arrange({ engine }) {
      const progress = {
        ...{ phase: 'transferring' as const, stepIndex: 2, stepCount: 3, totalIsEstimate: true },
        ...{ bytesDone: 2 ** 30, bytesTotal: 2 ** 32, bytesPerSecond: 0, etaSeconds: null },
        lastByteAt: NOW - 8 * 60_000,
      }
      const startedAt = NOW - 20 * 60_000
      const run = fakeRun(7, {
        kind: 'REPAIR',
        state: 'RUNNING',
        datasetId: ID,
        startedAt,
        progress,
        plan: fakePlan(ID),
      })
      engine.run = async () => run
    },
  },
  {
    name: 'loading-action',
    path: '/',
    arrange({ engine }) {
      engine.scan = never
    },
    before: busy('Check all'),
  },
  {
    name: 'loading-chain',
    path: `/datasets/${ID}`,
    arrange({ engine }) {
      engine.inventory = never
    },
    show: '#chain',
  },
  {
    name: 'loading-doctor',
    path: '/config?tab=hosts',
    arrange({ services }) {
      Object.assign(services.inspection, { doctor: never })
    },
    before: busy('Run doctor'),
    show: '#doctor',
  },
  {
    name: 'loading-function',
    path: '/functions/check',
    arrange: () => {},
    before: async (page) => {
      await page.route('**/api/functions/check', never)
      await busy('Invoke check')(page)
    },
  },
  {
    name: 'error-function',
    path: '/functions/verify',
    arrange({ services }) {
      const failed = {
        ...invocation,
        id: 2,
        state: 'FAILED' as const,
        startedAt: NOW - 90_000,
        finishedAt: NOW - 60_000,
      }
      const ended = {
        ...invocation,
        id: 1,
        state: 'SUCCEEDED' as const,
        startedAt: LONG_AGO,
        finishedAt: LONG_AGO + 5000,
      }
      const invocations: Store['invocations'] = async () => [
        { ...failed, error: 'hqs7 does not answer: timed out after 10 s.' },
        { ...ended, outcome: { verified: 1 }, error: null },
      ]
      Object.assign(services.store, { invocations })
    },
    show: 'h2:has-text("Last invocations")',
  },
  {
    name: 'error-page',
    path: '/runs',
    arrange({ services }) {
      Object.assign(services.store, { runs: broken })
    },
  },
  {
    name: 'error-action',
    path: '/',
    arrange({ engine }) {
      engine.scan = broken
    },
    before: async (page) => {
      await page.getByRole('button', { name: 'Check all' }).click()
      await page.locator('.refused:not(:empty)').waitFor()
    },
  },
  {
    name: 'error-config',
    path: '/config',
    arrange({ services }) {
      const at = { file: '/config/app-config.yaml' }
      const faults = [
        { ...at, line: 14, column: 5, path: 'pairs[1].backup', message: 'there is no host hqs9 under san_hosts' },
        { ...at, line: 31, column: 3, path: 'limits.transfers', message: 'must be a whole number of at least 1' },
      ]
      const state = { inSync: false, sha256OnDisk: 'cd'.repeat(32), error: 'The file has 2 faults.', faults }
      Object.assign(services.configuration, { state: async () => state })
    },
  },
  {
    name: 'error-config-file',
    path: '/config?tab=file',
    arrange({ services }) {
      const file = '/config/app-config.yaml'
      const faults = [{ file, line: 1, column: 1, path: '', message: `${file} cannot be read: it does not exist.` }]
      const state = { inSync: false, sha256OnDisk: null, error: 'The file on disk is not valid.', faults }
      Object.assign(services.configuration, { state: async () => state, text: async () => null })
    },
  },
  {
    name: 'logs-paused',
    path: '/logs',
    arrange({ services }) {
      let newest = 200
      const line = (id: number) => ({
        ...{ id, at: NOW + id * 400, level: 'info' as const, component: 'engine', runId: null, datasetId: null },
        ...{ host: null, requestId: null, fields: {}, message: `Line ${id} of a witness that has much to say.` },
      })
      const logs: Store['logs'] = async ({ after }) => {
        const items = after === undefined ? Array.from({ length: 200 }, (_, at) => line(200 - at)) : [line(++newest)]
        return { items, nextCursor: null }
      }
      Object.assign(services.store, { logs })
      setInterval(() => services.events.publish('log', { runId: null }), 300).unref()
    },
    before: async (page) => {
      await page.locator('.log-box').evaluate((box) => box.scrollTo({ top: 0 }))
      await page.getByText(/[1-9]\d* new lines ↓/).waitFor()
    },
  },
  { name: 'incidents-all-kinds', path: '/incidents', arrange: tellsMuch, top: 1300 },
  { name: 'incident-over', path: `/incidents/${fakeId(9)}`, arrange: tellsMuch, top: 1300 },
  { name: 'incident-channel', path: `/incidents/${fakeId(6)}`, arrange: tellsMuch },
  { name: 'notifications', path: '/notifications', arrange: tellsMuch, top: 1500 },
  {
    name: 'notifications-tried',
    path: '/notifications',
    arrange: tellsMuch,
    before: press('Send a test message to chat', 'did not take the test message'),
  },
  { name: 'empty-users', path: '/users', role: 'admin', arrange: () => {} },
]
