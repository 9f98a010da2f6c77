import { beforeEach, expect, test } from 'bun:test'
import { fakeId, tellsMuch } from './fake-incidents.ts'
import { type Fake, fakeServices } from './fake-services.ts'

/* What the pages of incidents say and lead to; how they look is in docs/screens. */
let fake: Fake
beforeEach(async () => {
  fake = await fakeServices()
  tellsMuch(fake)
})

async function page(path: string): Promise<string> {
  const answer = await fake.admin('GET', path)
  expect([path, answer.status]).toEqual([path, 200])
  return answer.text()
}

test('the code of a status leads to where it is explained; any other is no link', async () => {
  const reasons = await page('/docs/reasons')
  for (const [n, code] of [
    [1, 'HOST_UNREACHABLE'],
    [2, 'LAG_CRITICAL'],
    [3, 'POOL_DEGRADED'],
  ] as const) {
    const anchor = /<a href="\/docs\/reasons#([^"]+)"><code>([^<]+)</.exec(await page(`/incidents/${fakeId(n)}`))
    expect(anchor?.[2]).toBe(code)
    expect(reasons).toContain(`id="${anchor?.[1]}"`)
  }
  for (const [n, code] of [
    [5, 'permission-denied'],
    [6, 'CHANNEL_FAILING'],
  ] as const) {
    const shown = await page(`/incidents/${fakeId(n)}`)
    expect(shown).toContain(`<code>${code}</code>`)
    expect(shown).not.toContain('/docs/reasons#')
  }
})

test('what nobody knows of stands first, the worst above all; what is acknowledged or paused stands last', async () => {
  const open = (await page('/incidents')).split('id="over"')[0] ?? ''
  const order = [...open.matchAll(/href="\/incidents\/[^"]*?(\d)"/g)].map(([, n]) => Number(n))
  expect(order).toEqual([1, 2, 8, 4, 5, 6, 3, 7])
})

test('without a channel nobody is told, and every page says so instead of a time', async () => {
  expect(await page('/incidents')).toContain('>Told</th>')
  const { overview } = fake.services.telling
  Object.assign(fake.services.telling, { overview: () => ({ ...overview(), channels: [] }) })
  Object.assign(fake.services.store, { messagesOf: async () => [] })
  const list = await page('/incidents')
  expect(list).toContain('nobody is told of these')
  expect(list).not.toContain('>Told</th>')
  const one = await page(`/incidents/${fakeId(9)}`)
  expect(one).toContain('nobody: there is no channel')
  expect(one).not.toMatch(/<span>Told/)
  expect(await page('/notifications')).toContain('Nobody is told.')
})

test('the dashboard says how many are open, and the page of a dataset leads to its own', async () => {
  expect(await page('/')).toContain('>8 incidents are open, 1 acknowledged</a>')
  expect((await (await fake.admin('GET', '/api/status')).json()).incidents).toEqual({ open: 8, acknowledged: 1 })
  expect(await page('/datasets/hq10-7.L1S4DAT1')).toContain('href="/incidents?datasetId=hq10-7.L1S4DAT1"')
})
