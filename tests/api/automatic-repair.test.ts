import { beforeEach, expect, test } from 'bun:test'
import { datasetPage } from '#lib/cli/render/dataset.ts'
import { statusLines } from '#lib/cli/render/status.ts'
import { NOW } from './fake-config.ts'
import { type Fake, fakeServices } from './fake-services.ts'
import { fakePlan, fakeView } from './fake-views.ts'

/* Why nothing happens is the same sentence on every surface. */

const ID = 'hq10-7.L1S4DAT1'
const SENTENCE = 'By itself from 2026-11-30 05:40. It is 4 h behind.'
const FROM = Date.UTC(2026, 10, 30, 5, 40)
const automatic = {
  allowed: false,
  code: 'BELOW_THRESHOLD',
  because: 'It is 4 h behind.',
  from: FROM,
  sentence: SENTENCE,
} as const

let fake: Fake
beforeEach(async () => {
  fake = await fakeServices()
  const plan = fakePlan(ID, { automatic })
  fake.engine.views = [fakeView(ID, { health: 'WARNING', code: 'CLOCK_SKEW', change: { plan } })]
})

test.each([
  ['the status', '/api/status'],
  ['the list of datasets', '/api/datasets'],
  ['the dataset', `/api/datasets/${ID}`],
  ['its explanation', `/api/datasets/${ID}/explain`],
  ['the dashboard', '/'],
  ['the page of the dataset', `/datasets/${ID}`],
])('%s', async (_, path) => {
  const response = await fake.admin('GET', path)
  expect(response.status).toBe(200)
  expect((await response.text()).replaceAll(/\s+/g, ' ')).toContain(SENTENCE)
})

test('programs have the moment, in the plan and beside it', async () => {
  const detail = await (await fake.admin('GET', `/api/datasets/${ID}`)).json()
  const shown = { ...automatic, from: '2026-11-30T05:40:00Z', below: SENTENCE }
  expect([detail.automatic, detail.plan.automatic]).toEqual([shown, shown])
})

test('the command line', async () => {
  const json = async (path: string) => (await fake.admin('GET', path)).json()
  const detail = await json(`/api/datasets/${ID}`)
  const shown = JSON.stringify(datasetPage(detail, { rails: [], runs: [], now: NOW }))
  const status = JSON.stringify(statusLines(await json('/api/status'), NOW))
  for (const text of [shown, status]) expect(text).toContain(SENTENCE)
})

test('before the first check nothing is promised', async () => {
  fake.engine.views = [fakeView(ID, { health: 'UNKNOWN', code: 'NOT_CHECKED', change: { plan: null } })]
  expect((await (await fake.admin('GET', `/api/datasets/${ID}`)).json()).automatic).toBeNull()
  expect(await (await fake.admin('GET', `/datasets/${ID}`)).text()).toContain('not known before the next check')
})

test('where the reason is what holds it back, it is said once on every surface', async () => {
  const message = 'Pool hqs7p1 on hqs7 is not imported.'
  const action = 'Look at `zpool status hqs7p1` on hqs7.'
  const pool = { allowed: false, code: 'POOL', because: message, from: null } as const
  const plan = fakePlan(ID, {
    kind: 'IMPOSSIBLE',
    steps: [],
    outcome: `Nothing can be repaired now. ${message}`,
    automatic: { ...pool, sentence: `Not by itself now. ${message}` },
    blocked: { code: 'POOL_UNAVAILABLE', because: message, cure: action },
  })
  const view = fakeView(ID, { health: 'BROKEN', code: 'POOL_UNAVAILABLE', change: { plan } })
  const reason = { ...view.verdict.reason, message, action }
  fake.engine.views = [{ ...view, verdict: { ...view.verdict, reason, reasons: [reason] } }]
  const json = async (path: string) => (await fake.admin('GET', path)).json()
  const page = async (path: string) => {
    const text = await (await fake.admin('GET', path)).text()
    return text.replaceAll(/<script[\s\S]*?<\/script>/g, '').replaceAll(/<[^>]*>|\s+/g, ' ')
  }
  const detail = await json(`/api/datasets/${ID}`)
  const shown = datasetPage(detail, { rails: [], runs: [], now: NOW })
  // Below it is the table of all datasets, which has the reason for itself.
  const [needsYou = ''] = (await page('/')).split('Newest common')
  for (const text of [needsYou, await page(`/datasets/${ID}`), JSON.stringify(shown)]) {
    expect(text.split(message)).toHaveLength(2)
    expect(text).toContain('Not by itself now, for that reason.')
  }
  const note = (await (await fake.admin('GET', `/api/datasets/${ID}/explain`)).text()).replaceAll(/\s+/g, ' ')
  expect(note.split(message)).toHaveLength(2)
  expect(note).toContain('Not by itself now, for that reason.')
  // There the reason is a code.
  const status = JSON.stringify(statusLines(await json('/api/status'), NOW))
  expect(status.split(message)).toHaveLength(2)
  expect(status).toContain(`Not by itself now. ${message}`)
})
