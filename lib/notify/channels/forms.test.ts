import { describe, expect, test } from 'bun:test'
import type { Message } from '../message.ts'
import { deliver, message, OVER_HTTP, receiver, TOKEN } from './receiver.fixture.ts'

/** What one message becomes: where it is sent, and the body. */
async function sent(type: string, one?: Message, publicUrl?: string | null) {
  using there = receiver()
  await deliver(type, OVER_HTTP[type]?.(there.url) ?? {}, one, publicUrl === undefined ? {} : { publicUrl })
  const [{ path, body, headers, method } = { path: '', body: '{}', headers: new Headers(), method: '' }] =
    there.received
  expect([there.received.length, method, headers.get('content-type')]).toEqual([1, 'POST', 'application/json'])
  return { path, headers, json: JSON.parse(body) }
}

const TITLE = '[BROKEN] L1S4DAT1 HQS10→HQS7: backup ahead, 26 d behind'
const TEXT = 'HQS7 holds 3 snapshots HQS10 does not have.\n\nPreview the repair.'
const LINK = 'https://witness.example/incidents/b1f7a2de-2f0e-4a52-9f4e-3f1d0f6f0a77'

describe('what a message becomes', () => {
  test('for ntfy: JSON for the root of the server, with an action that only looks', async () => {
    const { path, headers, json } = await sent('ntfy')
    expect([path, headers.get('authorization')]).toEqual(['/', `Bearer ${TOKEN}`])
    expect(json).toEqual({
      topic: 'alerts',
      title: TITLE,
      message: TEXT,
      priority: 4,
      tags: ['rotating_light'],
      click: LINK,
      actions: [{ action: 'view', label: 'Open', url: LINK }],
    })
  })

  test.each([
    ['dataset.broken', 'critical', 4, 'rotating_light'],
    ['dataset.warning', 'warning', 3, 'warning'],
    ['dataset.recovered', 'info', 2, 'white_check_mark'],
    ['dataset.recovered', 'critical', 2, 'white_check_mark'],
    ['digest.daily', 'info', 2, 'information_source'],
    ['host.key_changed', 'critical', 5, 'rotating_light'],
  ] as const)('%s (%s) is of priority %i for ntfy, with %s', async (event, severity, priority, tag) => {
    const { json } = await sent('ntfy', message({ event, severity }))
    expect([json.priority, json.tags]).toEqual([priority, [tag]])
  })

  test('for Slack: a title, and one attachment of plain text', async () => {
    const { path, json } = await sent('slack')
    expect(path).toBe(`/services/T0/B0/${TOKEN}`)
    expect(json).toEqual({
      text: `🚨 ${TITLE}`,
      mrkdwn: false,
      parse: 'none',
      link_names: false,
      unfurl_links: false,
      unfurl_media: false,
      attachments: [
        {
          color: '#c62828',
          fallback: TITLE,
          blocks: [
            { type: 'section', text: { type: 'plain_text', text: TEXT, emoji: false } },
            { type: 'context', elements: [{ type: 'mrkdwn', text: `<${LINK}|Open>` }] },
          ],
        },
      ],
    })
  })

  test('for Discord: one embed in which every sign is only itself, and nobody is called', async () => {
    const { json } = await sent('discord')
    expect(json).toEqual({
      embeds: [
        {
          title: '🚨 \\[BROKEN\\] L1S4DAT1 HQS10→HQS7\\: backup ahead, 26 d behind',
          description: 'HQS7 holds 3 snapshots HQS10 does not have\\.\n\nPreview the repair\\.',
          color: 0xc62828,
          timestamp: '2025-12-05T14:32:10.000Z',
          url: LINK,
        },
      ],
      allowed_mentions: { parse: [] },
    })
  })

  test('for Teams: an adaptive card of runs of text, which know no markup', async () => {
    const { path, json } = await sent('teams')
    expect(path).toBe(`/workflows/1?sig=${TOKEN}`)
    const rich = (text: string, look = {}) => ({ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text, ...look }] })
    expect(json.attachments[0].content).toMatchObject({
      type: 'AdaptiveCard',
      body: [
        rich(`🚨 ${TITLE}`, { weight: 'Bolder', size: 'Medium', color: 'Attention' }),
        rich('HQS7 holds 3 snapshots HQS10 does not have.'),
        rich('Preview the repair.'),
      ],
      actions: [{ type: 'Action.OpenUrl', title: 'Open', url: LINK }],
    })
  })

  test('for Gotify', async () => {
    const { path, headers, json } = await sent('gotify')
    expect([path, headers.get('x-gotify-key')]).toEqual(['/message', TOKEN])
    expect(json).toEqual({
      title: TITLE,
      message: `${TEXT}\n\n${LINK}`,
      priority: 8,
      extras: {
        'client::display': { contentType: 'text/plain' },
        'client::notification': { click: { url: LINK } },
      },
    })
  })

  test('for Telegram: text without a parse_mode', async () => {
    const { path, json } = await sent('telegram')
    expect(path).toBe(`/bot123456:${TOKEN}/sendMessage`)
    expect(json).toEqual({
      chat_id: '-1001234567890',
      text: `🚨 ${TITLE}\n\n${TEXT}\n\n${LINK}`,
      link_preview_options: { is_disabled: true },
      disable_notification: false,
    })
  })

  test('for Apprise', async () => {
    const { path, json } = await sent('apprise')
    expect(path).toBe(`/notify/${TOKEN}`)
    expect(json).toEqual({ title: TITLE, body: `${TEXT}\n\n${LINK}`, type: 'failure', format: 'text', tag: 'ops' })
  })

  test('of several datasets ten are named, and how many more there are', async () => {
    const datasets = Array.from({ length: 50 }, (_, at) => ({
      id: `d${at}`,
      primary: `A:p/d${at}`,
      backup: `B:q/d${at}`,
    }))
    const { json } = await sent('gotify', message({ datasets, datasetCount: 73 }))
    expect(json.message).toContain('A:p/d0 → B:q/d0\nA:p/d1 → B:q/d1\n')
    expect(json.message).toContain('A:p/d9 → B:q/d9\nand 63 more datasets\n')
  })

  test.each(Object.keys(OVER_HTTP))('without server.public_url %s has no link', async (type) => {
    const { json } = await sent(type, undefined, null)
    expect(JSON.stringify(json)).not.toMatch(/https?:\/\/(?!adaptivecards\.io)/)
  })

  test.each(['//evil.example/x', 'https://evil.example/', '/../../x', '/x"><script>', '\\\\evil.example'])(
    'a path of %s does not lead elsewhere',
    async (path) => {
      const { json } = await sent('webhook', message({ path }))
      expect(json.url).toStartWith('https://witness.example/')
      expect(json.url).not.toMatch(/["<>\\]/)
    },
  )
})
