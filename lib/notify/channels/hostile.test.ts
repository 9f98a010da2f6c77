import { afterAll, describe, expect, test } from 'bun:test'
import { KINDS } from './all.ts'
import { certificate, mailServer } from './mail-server.fixture.ts'
import { deliver, message, OVER_HTTP, receiver } from './receiver.fixture.ts'

/** What a SAN may have said, wherever a message has words of others. */
const HOSTILE: readonly (readonly [string, string])[] = [
  ['ends of lines and a header', 'x\r\nBcc: everyone@evil.example\r\n\r\nhello'],
  ['a script', '<script>alert(1)</script><img src=x onerror=alert(1)>'],
  ['everyone', '@everyone @here <!channel> <!everyone> <@U012AB3CD> <@&42>'],
  ['a link', '[press here](http://evil.example/x) <http://evil.example|ok> <a href="http://evil.example">ok</a>'],
  ['what turns the direction', 'safe \u202egnp.exe\u202c \u2066x\u2069 \u200bzero\u200dwidth\ufeff'],
  ['what a terminal obeys', '\u001b[2J\u001b]0;title\u0007\u0000\b\u007f\u009b31m'],
  ['markup', '*bold* _it_ ~no~ `code` ```block``` ||hidden|| # head\n> quoted\n- list'],
  ['halves of signs', '\ud83d \udc7e x'],
  ['a megabyte', 'A'.repeat(1_000_000)],
  ['a megabyte of signs that are escaped', '<*&'.repeat(350_000)],
]

const hostile = (words: string) =>
  message({
    title: words,
    paragraphs: [words, words, ...Array.from({ length: 100 }, () => words)],
    datasets: Array.from({ length: 50 }, () => ({ id: words, primary: words, backup: words })),
    datasetCount: 50,
    reason: { code: words, message: words, action: words },
    pairs: [words],
  })

/** Bytes that one message may have: what the services take at most. */
const MOST_BYTES: Readonly<Record<string, number>> = {
  webhook: 500_000,
  ntfy: 8_000,
  slack: 20_000,
  discord: 20_000,
  teams: 28_000,
  gotify: 40_000,
  telegram: 20_000,
  apprise: 40_000,
}

/** Every text in a document, with the key that it stands at. */
function texts(value: unknown, key = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[key, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, child]) => texts(child, Array.isArray(value) ? key : name))
}

const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
const OWN = /^https:\/\/witness\.example\/|^http:\/\/adaptivecards\.io\//
const LINKS = /[a-z]+:\/\/[^\s|>)]*/gi

test('these tables have every type of channel', () => {
  expect([...Object.keys(OVER_HTTP), 'email'].toSorted()).toEqual(KINDS.map(({ type }) => type).toSorted())
  expect(Object.keys(MOST_BYTES)).toEqual(Object.keys(OVER_HTTP))
})

describe.each(HOSTILE)('%s', (_, words) => {
  test.each(Object.keys(OVER_HTTP))('through %s is only text, and not much of it', async (type) => {
    using there = receiver()
    await deliver(type, OVER_HTTP[type]?.(there.url) ?? {}, hostile(words))
    const [{ body, headers } = { body: '', headers: new Headers() }] = there.received
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MOST_BYTES[type] ?? 0)
    expect(headers.get('bcc')).toBeNull()
    const found = texts(JSON.parse(body))
    expect(found.length).toBeGreaterThan(1)
    for (const [key, text] of found) {
      // The emoji of ours have a selector, which no one sees by itself.
      expect([key, UNSEEN.exec(text.replaceAll('\ufe0f', ''))]).toEqual([key, null])
      // A program gets the words as they are; people get none that can be pressed.
      if (type !== 'webhook') for (const [link] of text.matchAll(LINKS)) expect(link).toMatch(OWN)
    }
    expect(markupOf(type, JSON.parse(body))).toEqual([])
  })
})

/** What a service would take for markup of its own. Those that are not here are told that it is plain text. */
// biome-ignore lint/suspicious/noExplicitAny: the document of another program
function markupOf(type: string, json: any): readonly string[] {
  if (type === 'slack') {
    const [attachment] = json.attachments
    const marked = attachment.blocks.flatMap(
      (block: { elements?: { type: string; text: string }[] }) => block.elements ?? [],
    )
    return [
      ...[json.text, attachment.fallback].filter((text) => /[<>]|&(?!amp;|lt;|gt;)/.test(text)),
      ...marked.filter(({ text }: { text: string }) => !/^<https:\/\/witness\.example\/[^|>]*\|Open>$/.test(text)),
    ]
  }
  if (type === 'discord') {
    const [{ title, description }] = json.embeds
    return [title, description].filter((text) => /(?<!\\)(\\\\)*[*_~`|>#<@[\]]/.test(text))
  }
  return json.parse_mode === undefined ? [] : ['parse_mode']
}

describe('through mail', () => {
  const own = certificate()
  afterAll(() => own[Symbol.dispose]())

  test.each(HOSTILE)('%s is only text, in one subject', async (_, words) => {
    await using server = await mailServer(own)
    const settings = {
      host: '127.0.0.1',
      port: server.port,
      from: 'w@example.org',
      to: ['ops@example.org'],
      ca_file: own.file,
    }
    await deliver('email', settings, hostile(words))
    const [{ text, to } = { text: '', to: [] }] = server.mailed
    expect(to).toEqual(['ops@example.org'])
    expect(text.length).toBeLessThan(800_000)
    const head = text.slice(0, text.indexOf('\r\n\r\n'))
    expect(
      head
        .split('\r\n')
        .filter((line) => /^(Bcc|Cc|To|Subject):/i.test(line))
        .map((line) => line.split(':')[0]),
    ).toEqual(['To', 'Subject'])
    const { plain, html } = partsOf(text)
    expect(plain).toContain('https://witness.example/incidents/')
    for (const part of [plain, html]) {
      expect(UNSEEN.exec(part)).toBeNull()
      for (const [link] of part.matchAll(/[a-z]+:\/\/[^\s<"]*/gi)) expect(link).toMatch(OWN)
    }
    const tags = [...html.matchAll(/<\/?([a-z!]+)/gi)].map(([, name]) => name?.toLowerCase())
    expect([...new Set(tags)].toSorted()).toEqual(['!doctype', 'a', 'b', 'body', 'html', 'li', 'p', 'ul'])
    expect(html.match(/<a /g)).toHaveLength(1)
  })
})

/** Both parts of a mail, decoded. */
function partsOf(text: string): { readonly plain: string; readonly html: string } {
  const boundary = /boundary="([^"]+)"/.exec(text)?.[1] ?? ''
  const parts = text.split(`--${boundary}`)
  const of = (type: string): string => {
    const part = parts.find((each) => each.includes(`Content-Type: ${type}`)) ?? ''
    const body = part.slice(part.indexOf('\r\n\r\n') + 4)
    const decoded = /base64/i.test(part.slice(0, part.indexOf('\r\n\r\n')))
      ? Buffer.from(body, 'base64')
      : /quoted-printable/i.test(part)
        ? unquoted(body)
        : Buffer.from(body)
    return decoded.toString('utf8').replaceAll('\r\n', '\n')
  }
  return { plain: of('text/plain'), html: of('text/html') }
}

function unquoted(text: string): Buffer {
  const joined = text.replaceAll(/=\r\n/g, '')
  return Buffer.from(
    joined.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}
