import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from '#tests/witness/browser.ts'
import { bookOf, closedSound, PASSWORD, type Served, servedToAdmin } from './served-fake.ts'

setDefaultTimeout(600_000)

const ID = 'hq10-7.L1S4DAT1'

let served: Served
let admin: Browser
beforeAll(async () => {
  ;({ served, admin } = await servedToAdmin())
})
afterAll(() => closedSound(served))

const send = (form: 'plan' | 'end', fields: Readonly<Record<string, string>>, by = admin) =>
  by.submit('/maintenance', `/maintenance/${form}`, fields)
/** Words and the field that they stand at. */
const faultOf = (page: string) => {
  const field = /<label class="field">(?:(?!<\/label>).)*class="fault">(?:(?!<\/label>).)*/s.exec(page)?.[0] ?? ''
  return [/ name="(\w+)"/.exec(field)?.[1], / class="fault">([^<]+)/.exec(field)?.[1]]
}

test('without a script: a pause is made, listed, ended, and in the audit as of the API', async () => {
  const made = await send('plan', { kind: 'PAUSE', target: 'host hqs7', until: '18:00', reason: '<b>disks</b>' })
  const page = await made.text()
  expect([made.status, page.includes('Paused: SAN hqs7.')]).toEqual([200, true])
  expect(page).toContain('&lt;b>disks&lt;/b>')
  expect(await bookOf(served, 'maintain')).toMatchObject([{ result: 'OK', reason: '<b>disks</b>' }])
  for (const path of ['/', '/runs']) {
    const shown = await (await admin.get(path)).text()
    expect([path, shown.includes('<b>SAN hqs7</b>: paused until'), shown.includes('by admin')]).toEqual([
      path,
      true,
      true,
    ])
  }
  expect(await (await send('end', { id: '1' })).text()).toContain('Ended: SAN hqs7.')
  expect(await (await admin.get('/')).text()).not.toContain('SAN hqs7</b>: paused')
  const again = await send('end', { id: '1' })
  expect([again.status, (await again.text()).includes('role="alert">There is no maintenance 1.')]).toEqual([404, true])
})

test('the datasets that are ticked, planned ahead', async () => {
  const made = await send('plan', { kind: 'ACK', target: 'datasets', datasets: ID, from: 'Sat 20:00', until: '06:00' })
  expect(await made.text()).toContain(`Planned: dataset ${ID}.`)
  expect(served.engine.calls.at(-1)?.input).toMatchObject({ kind: 'ack', scope: { kind: 'datasets', ids: [ID] } })
})

test.each([
  [{ target: '' }, 'target', 'Choose what is meant.'],
  [{ target: 'somewhere' }, 'target', 'Choose what is meant.'],
  [{ target: 'datasets' }, 'target', 'Tick the datasets that are meant.'],
  [{ target: 'all', datasets: ID }, 'target', 'choose one of the two'],
  [{ target: 'host nowhere' }, 'target', 'There is no host nowhere.'],
  [{ target: 'scheduler', kind: 'ACK' }, 'kind', 'can only be paused'],
  [{ target: 'all', from: 'soon' }, 'from', 'is no time'],
  [{ target: 'all', until: '2020-01-01 06:00' }, 'until', 'is over'],
])('%j is refused at its field, and what was typed stays', async (fields, field, words) => {
  const calls = served.engine.calls.length
  const refused = await send('plan', { kind: 'PAUSE', reason: 'because', ...fields })
  const page = await refused.text()
  expect([refused.status >= 400, faultOf(page)]).toEqual([true, [field, expect.stringContaining(words)]])
  expect(page).toContain('value="because"')
  expect(served.engine.calls.slice(calls).filter(({ verb }) => verb !== 'maintain')).toEqual([])
})

test('a link proposes the SAN, or ticks the dataset', async () => {
  expect(await (await admin.get('/maintenance?host=hqs1')).text()).toMatch(/<option value="host hqs1" selected/)
  expect(await (await admin.get(`/maintenance?dataset=${ID}`)).text()).toMatch(/value="hq10-7.L1S4DAT1"[^>]* checked/)
})

test('a viewer sees who and until when, and can end nothing', async () => {
  await send('plan', { kind: 'PAUSE', target: 'scheduler', until: '18:00' })
  const viewer = served.browser()
  await viewer.signIn('viewer', PASSWORD)
  const page = await (await viewer.get('/maintenance')).text()
  expect(page).toContain('the scheduler')
  expect(page).not.toContain('End now')
  expect(page).toMatch(/<button[^>]* disabled[^>]*>Pause or acknowledge/)
  const before = served.engine.calls.length
  expect((await send('plan', { kind: 'PAUSE', target: 'all' }, viewer)).status).toBe(403)
  expect((await send('end', { id: '2' }, viewer)).status).toBe(403)
  expect(served.engine.calls).toHaveLength(before)
  // The pages that tell what is checked say that nothing is.
  for (const path of ['/', '/functions', `/datasets/${ID}`])
    expect([path, (await (await viewer.get(path)).text()).includes('<b>The scheduler</b>: paused until')]).toEqual([
      path,
      true,
    ])
})
