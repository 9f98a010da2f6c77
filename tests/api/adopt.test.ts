import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { fakeInventory, fakeLost, fakeView, fakeWaiting, WAITING_HASH } from './fake-views.ts'
import { bookOf, closedSound, PASSWORD, type Served, servedToAdmin } from './served-fake.ts'

/* One decision for many datasets: over the API, and on its page. */
setDefaultTimeout(600_000)

let served: Served
beforeAll(async () => {
  ;({ served } = await servedToAdmin())
})
afterAll(() => closedSound(served))

const HASH = WAITING_HASH
const waiting = fakeWaiting

beforeEach(() => {
  served.engine.views = [waiting('p.one'), waiting('p.two'), fakeView('p.fine')]
  served.engine.calls.length = 0
})

async function as(role: 'viewer' | 'operator') {
  const browser = served.browser()
  await browser.signIn(role, PASSWORD)
  return browser
}

test('those that wait for nothing else are listed, with what would be set aside', async () => {
  const answer = await (await (await as('viewer')).json('GET', '/api/adopt')).json()
  expect(answer.items.map(({ datasetId }: { datasetId: string }) => datasetId)).toEqual(['p.one', 'p.two'])
  expect(answer.items[0]).toMatchObject({
    planHash: HASH,
    kind: 'SET_ASIDE_RESEED',
    because: 'No earlier check saw them in common <b>.',
    setAside: { snapshots: 4, usedBytes: 2 ** 30 },
  })
})

test('an operator decides; each choice has its answer, and it is in the audit', async () => {
  const operator = await as('operator')
  const choices = [
    { datasetId: 'p.one', planHash: HASH },
    { datasetId: 'p.two', planHash: '0000000000000000' },
  ]
  const answer = await operator.json('POST', '/api/adopt', { choices, reason: 'moved house' })
  expect(answer.status).toBe(200)
  const { items } = await answer.json()
  expect(items).toMatchObject([
    { datasetId: 'p.one', accepted: true, runId: '9', code: null },
    { datasetId: 'p.two', accepted: false, runId: null, code: 'PLAN_STALE' },
  ])
  expect(served.engine.calls).toMatchObject([
    { verb: 'adopt', input: { choices, reason: 'moved house', trigger: { actor: 'operator', role: 'operator' } } },
  ])
  expect((await bookOf(served, 'adopt')).at(0)).toMatchObject({ result: 'OK', reason: 'moved house' })
})

test('a viewer does not, and a page that was not ours to send does not either', async () => {
  const viewer = await as('viewer')
  const choices = [{ datasetId: 'p.one', planHash: HASH }]
  expect((await viewer.json('POST', '/api/adopt', { choices })).status).toBe(403)
  expect(await viewer.page('/adopt')).toContain('An operator decides this.')
  const operator = await as('operator')
  const sent = await operator.form('/adopt/confirm', { choices: `${HASH} p.one`, csrf: 'made-up' })
  expect(sent.status).toBe(403)
  expect(served.engine.calls).toEqual([])
})

test.each([[{}], [{ choices: [] }], [{ choices: [{ datasetId: 'p.one', planHash: 'x' }] }]])(
  '%j says too little',
  async (body) => {
    expect((await (await as('operator')).json('POST', '/api/adopt', body)).status).toBeGreaterThanOrEqual(400)
    expect(served.engine.calls).toEqual([])
  },
)

test('the page lists them with their sizes and warns; one click decides exactly what stands there', async () => {
  const operator = await as('operator')
  const page = await operator.page('/adopt')
  expect(page).toContain('2 datasets need one decision')
  expect(page).toContain('in common &lt;b>')
  expect(page).toContain('.zw-aside-20261130T000000Z (4 snapshots)')
  expect(page).toContain('Set aside: 1 GiB')
  expect(page).toContain('its backup may be the only good copy')
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const choices = /name="choices" value="([^"]+)"/.exec(page)?.[1] ?? ''
  // One was looked at again meanwhile.
  served.engine.views = [waiting('p.one'), fakeView('p.two')]
  const sent = await operator.form('/adopt/confirm', { choices, csrf })
  expect(sent.status).toBe(200)
  const after = await sent.text()
  expect(after).toContain('1 repair is queued.')
  expect(after).toMatch(/<b>p\.two<\/b>: The plan for p\.two is another one by now/)
  expect(served.engine.calls).toMatchObject([
    {
      verb: 'adopt',
      input: {
        choices: [
          { datasetId: 'p.one', planHash: HASH },
          { datasetId: 'p.two', planHash: HASH },
        ],
      },
    },
  ])
})

test('the dashboard says that there is something to decide, and where', async () => {
  const viewer = await as('viewer')
  expect(await viewer.page('/')).toContain('2 datasets need one decision: <a href="/adopt">')
  served.engine.views = [fakeView('p.fine')]
  expect(await viewer.page('/')).not.toContain('/adopt')
  expect(await viewer.page('/adopt')).toContain('No dataset waits for a decision.')
})

describe('one primary in doubt', () => {
  const path = '/api/datasets/p.lost/adopt'
  beforeEach(() => {
    served.engine.views = [fakeLost('p.lost'), fakeView('p.fine')]
    served.engine.known.set('p.lost', fakeInventory('p.lost'))
  })

  test('is said to be, and an operator ends it with a reason that is kept', async () => {
    const operator = await as('operator')
    const shown = await (await operator.json('GET', '/api/datasets/p.lost')).json()
    expect(shown.inDoubt).toEqual(['PRIMARY_LOST_HISTORY'])
    expect((await operator.json('POST', path, { reason: 'a drill' })).status).toBe(202)
    expect(served.engine.calls).toMatchObject([{ verb: 'adoptPrimary', input: { id: 'p.lost', reason: 'a drill' } }])
    expect((await bookOf(served, 'adoptPrimary')).at(0)).toMatchObject({
      result: 'OK',
      reason: 'a drill',
      target: 'p.lost',
    })
  })

  test.each([[{}], [{ reason: '' }], [{ reason: '   ' }], [{ reason: 'x'.repeat(501) }]])(
    '%j is no reason',
    async (body) => {
      expect((await (await as('operator')).json('POST', path, body)).status).toBe(422)
      expect(served.engine.calls).toEqual([])
    },
  )

  test('a viewer does not end it', async () => {
    const viewer = await as('viewer')
    expect((await viewer.json('POST', path, { reason: 'a drill' })).status).toBe(403)
    expect((await viewer.form('/datasets/p.lost/adopt', { reason: 'a drill' })).status).toBe(403)
    expect(served.engine.calls).toEqual([])
  })

  test('its page lists what only the backup has, warns, and asks why', async () => {
    const operator = await as('operator')
    expect(await operator.page('/datasets/p.lost')).toContain('/datasets/p.lost/adopt')
    const page = await operator.page('/datasets/p.lost/adopt')
    for (const text of ['1 snapshot is only on', '@daily &lt;b>', 'do not go on', 'kept in the audit log'])
      expect(page).toContain(text)
    const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const empty = await operator.form('/datasets/p.lost/adopt', { reason: ' ', csrf })
    expect([empty.status, (await empty.text()).includes('Say why it is right')]).toEqual([400, true])
    const sent = await operator.form('/datasets/p.lost/adopt', { reason: 'a drill', csrf })
    expect([sent.status, sent.headers.get('location')]).toEqual([303, '/datasets/p.lost'])
    expect(await operator.page('/datasets/p.fine/adopt')).toContain('Nothing is held against this primary')
  })
})
