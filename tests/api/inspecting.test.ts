import { beforeEach, describe, expect, test } from 'bun:test'
import { type Fake, fakeServices } from './fake-services.ts'

const ID = 'hq10-7.L1S4DAT1'

let fake: Fake
beforeEach(async () => {
  fake = await fakeServices()
})
const post = async (path: string, body?: unknown) => {
  const response = await fake.admin('POST', path, body)
  return { status: response.status, body: await response.json() }
}

describe('POST /api/doctor', () => {
  test('answers with the findings, their cures and what they come to', async () => {
    const { status, body } = await post('/api/doctor', { host: 'hqs1' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      result: 'WARNING',
      counts: { OK: 0, WARNING: 1, FAILED: 0, SKIPPED: 0 },
      findings: [
        {
          check: 'RIGHTS',
          subject: { kind: 'HOST', id: 'hqs1' },
          fix: [{ host: 'hqs1', command: 'zfs allow -u zfsadmin promote hqs1p1' }],
        },
      ],
    })
  })
  test('a host that is not there, a field that is not known, another role', async () => {
    expect(await post('/api/doctor', { host: 'nobody' })).toMatchObject({ status: 404, body: { code: 'NO_SUCH_HOST' } })
    expect((await post('/api/doctor', { hots: 'hqs1' })).status).toBe(422)
    expect((await fake.remote('POST', '/api/doctor', {})).status).toBeGreaterThanOrEqual(401)
  })
  test('the same as a function', async () => {
    const { status, body } = await post('/api/functions/doctor', {})
    expect([status, body.output.result]).toEqual([200, 'WARNING'])
  })
})

describe('POST /api/discover', () => {
  test('lines for the configuration', async () => {
    const { status, body } = await post('/api/discover', { primary: 'hqs8', backup: 'hqs1' })
    expect([status, body.yaml, body.mappings]).toEqual([200, '# Nothing.\n', []])
  })
  test('a host that could not be listed is 502 and says what may help', async () => {
    const { status, body } = await post('/api/discover', { primary: 'hqs8', backup: 'hqs7' })
    expect([status, body.code, body.retryable, body.next.href]).toEqual([502, 'NOT_LISTED', true, '/api/doctor'])
  })
  test('a host that the configuration does not have', async () => {
    expect((await post('/api/discover', { primary: 'hqs8', backup: 'x' })).body.code).toBe('NO_SUCH_HOST')
  })
})

describe('verification', () => {
  test('POST verifies now', async () => {
    const { status, body } = await post(`/api/datasets/${ID}/verify`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      datasetId: ID,
      result: 'ATTENTION',
      history: { newest: { guid: '11805916207174113034' } },
      restore: { possible: true },
    })
  })
  test('the last one is part of the dataset', async () => {
    const detail = await (await fake.admin('GET', `/api/datasets/${ID}`)).json()
    expect(detail.verification).toMatchObject({ verifiedAt: '2026-11-22T14:32:10Z', result: 'ATTENTION' })
  })
  test('of a dataset that is not there', async () => {
    expect(await post('/api/datasets/nobody/verify')).toMatchObject({ status: 404, body: { code: 'NO_SUCH_DATASET' } })
    expect(await post('/api/functions/verify', { dataset: 'nobody' })).toMatchObject({ status: 404 })
  })
  test('the function verifies all of them and counts', async () => {
    const { body } = await post('/api/functions/verify', {})
    const total = fake.engine.datasets().length
    expect(body.output.counts).toEqual({ VERIFIED: 0, ATTENTION: total, UNKNOWN: 0, FAILED: 0 })
    expect(body.output.items.map((item: { datasetId: string }) => item.datasetId)).toEqual(
      fake.engine.datasets().map(({ dataset }) => dataset.id),
    )
  })
})

describe('GET /api/datasets/{id}/explain', () => {
  test('is plain text, and JSON for who asks for it', async () => {
    const text = await fake.admin('GET', `/api/datasets/${ID}/explain`)
    expect(text.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    const note = await text.text()
    expect(note).toStartWith(`${ID} at 2026-11-22T14:32:10Z`)
    expect(note).toContain('VERIFICATION')
    const json = await fake.admin('GET', `/api/datasets/${ID}/explain`, undefined, { accept: 'application/json' })
    expect(await json.json()).toEqual({ text: note })
  })
  test('of a dataset that is not there', async () => {
    expect((await fake.admin('GET', '/api/datasets/nobody/explain')).status).toBe(404)
  })
})
