import { describe, expect, test } from 'bun:test'
import { Webhook } from 'standardwebhooks'
import { deliver, message, receiver } from './receiver.fixture.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

describe('a webhook', () => {
  test('carries the whole message, and a signature that the library of the convention accepts', async () => {
    using there = receiver()
    await deliver('webhook', { url: `${there.url}/hook`, secret: SECRET, token: 'tk' })
    const [one] = there.received
    expect([one?.method, one?.path, one?.headers.get('authorization')]).toEqual(['POST', '/hook', 'Bearer tk'])
    expect(new Webhook(SECRET).verify(one?.body ?? '', Object.fromEntries(one?.headers ?? []))).toEqual({
      version: 1,
      id: '0b54a1c6-6a0f-4d0a-9f43-0d3f6a5c8e10',
      incidentId: 'b1f7a2de-2f0e-4a52-9f4e-3f1d0f6f0a77',
      event: 'dataset.broken',
      at: '2025-12-05T14:32:10.000Z',
      severity: 'critical',
      state: 'FIRING',
      previousState: null,
      title: '[BROKEN] L1S4DAT1 HQS10→HQS7: backup ahead, 26 d behind',
      text: 'HQS7 holds 3 snapshots HQS10 does not have.\n\nPreview the repair.',
      dataset: { id: 'hq10-7.L1S4DAT1', primary: 'HQS10:hqs10p1/L1S4DAT1', backup: 'HQS7:hqs7p1/L1S4DAT1' },
      datasets: [{ id: 'hq10-7.L1S4DAT1', primary: 'HQS10:hqs10p1/L1S4DAT1', backup: 'HQS7:hqs7p1/L1S4DAT1' }],
      datasetCount: 1,
      pairs: ['HQS10 → HQS7'],
      reason: {
        code: 'BACKUP_AHEAD',
        message: 'HQS7 holds 3 snapshots HQS10 does not have.',
        action: 'Preview the repair.',
      },
      lagSeconds: 2_246_400,
      since: '2025-11-08T15:02:00.000Z',
      durationSeconds: null,
      runId: '1842',
      url: 'https://witness.example/incidents/b1f7a2de-2f0e-4a52-9f4e-3f1d0f6f0a77',
      suppressed: false,
      facts: {},
    })
  })

  test('says the same id again when it is sent again, at another time', async () => {
    using there = receiver()
    const settings = { url: there.url, secret: SECRET }
    await deliver('webhook', settings)
    await deliver('webhook', settings)
    const ids = there.received.map(({ headers }) => headers.get('webhook-id'))
    expect(ids).toEqual([message().id, message().id])
    for (const { body, headers } of there.received)
      expect(() => new Webhook(SECRET).verify(body, Object.fromEntries(headers))).not.toThrow()
  })

  test('without a key has no signature', async () => {
    using there = receiver()
    await deliver('webhook', { url: there.url })
    expect(there.received[0]?.headers.has('webhook-signature')).toBe(false)
  })
})
