import { afterAll, describe, expect, test } from 'bun:test'
import { createServer } from 'node:net'
import { DeliveryFailed } from '../message.ts'
import { certificate, mailServer } from './mail-server.fixture.ts'
import { deliver, message } from './receiver.fixture.ts'

const own = certificate()
afterAll(() => own[Symbol.dispose]())

const LOGIN = { user: 'zwitness', password: 'correct-horse-battery' }
const base = {
  host: '127.0.0.1',
  from: 'The witness <zwitness@example.org>',
  to: ['ops@example.org'],
  ca_file: own.file,
}
const credentials = { username: LOGIN.user, password: LOGIN.password }

/** Why it was not taken; an Error where it was. */
async function refused(settings: object, around: Parameters<typeof deliver>[3] = {}): Promise<DeliveryFailed> {
  const failed = await deliver('email', { ...base, ...settings }, message(), around).then(
    () => new Error('It was delivered.'),
    (error: unknown) => error,
  )
  if (!(failed instanceof DeliveryFailed)) throw failed
  return failed
}

function header(text: string, name: string): string | null {
  const head = text.slice(0, text.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ')
  return new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim() ?? null
}

describe('mail', () => {
  test.each([
    ['starttls', false],
    ['tls', true],
  ])('goes out by %s, with a login, to several', async (security, secure) => {
    await using server = await mailServer({ ...own, secure, login: LOGIN })
    const to = ['ops@example.org', 'On call <boss@example.org>']
    await deliver('email', { ...base, ...credentials, to, security, port: server.port })
    const [one] = server.mailed
    expect([one?.from, one?.to, one?.secure, one?.user]).toEqual([
      'zwitness@example.org',
      ['ops@example.org', 'boss@example.org'],
      true,
      'zwitness',
    ])
    const text = one?.text ?? ''
    expect(header(text, 'Message-ID')).toBe('<0b54a1c6-6a0f-4d0a-9f43-0d3f6a5c8e10@witness.example>')
    expect(header(text, 'In-Reply-To')).toBe('<incident-b1f7a2de-2f0e-4a52-9f4e-3f1d0f6f0a77@witness.example>')
    expect(header(text, 'References')).toBe(header(text, 'In-Reply-To'))
    expect(header(text, 'Auto-Submitted')).toBe('auto-generated')
    expect(header(text, 'Date')).toBe('Fri, 05 Dec 2025 14:32:10 +0000')
    expect(text).toContain('HQS7 holds 3 snapshots HQS10 does not have.')
    expect(text).toContain('https://witness.example/incidents/b1f7a2de-2f0e-4a52-9f4e-3f1d0f6f0a77')
  })

  test('is the same mail when it is sent again, and what is about no incident stands alone', async () => {
    await using server = await mailServer(own)
    const settings = { ...base, port: server.port }
    await deliver('email', settings)
    await deliver('email', settings)
    await deliver('email', settings, message({ incidentId: null, id: 'digest-1' }), { publicUrl: null })
    const texts = server.mailed.map(({ text }) => text)
    expect(header(texts[0] ?? '', 'Message-ID')).toBe(header(texts[1] ?? '', 'Message-ID'))
    expect([header(texts[2] ?? '', 'Message-ID'), header(texts[2] ?? '', 'References')]).toEqual([
      '<digest-1@zwitness>',
      null,
    ])
    expect(texts[2]).not.toContain('http')
  })

  test('carries a report', async () => {
    await using server = await mailServer(own)
    const attachment = {
      name: 'report\r\nX-Evil: 1/../2026.csv',
      type: 'text/csv',
      text: 'dataset;status\nL1;at risk\n',
    }
    await deliver('email', { ...base, port: server.port }, message({ attachment }))
    const { text = '' } = server.mailed[0] ?? {}
    expect(text).toMatch(/Content-Type: text\/csv; name="report X-Evil_ 1_.._2026.csv"/)
    expect(text).toContain(Buffer.from(attachment.text).toString('base64'))
    expect(header(text, 'X-Evil')).toBeNull()
  })

  test('without TLS goes only where the configuration says so', async () => {
    await using server = await mailServer({ ...own, noTls: true })
    expect((await refused({ port: server.port })).message).toStartWith('127.0.0.1 begins no TLS')
    expect(server.mailed).toEqual([])
    await deliver('email', { ...base, port: server.port, security: 'none' })
    expect(server.mailed.map(({ secure }) => secure)).toEqual([false])
  })

  test.each(['starttls', 'tls'])('is not given to a server whose certificate nobody knows (%s)', async (security) => {
    await using server = await mailServer({ ...own, secure: security === 'tls' })
    const failed = await refused({ security, port: server.port, ca_file: undefined })
    expect(failed.message).toStartWith('127.0.0.1 could not be reached: its certificate ')
    expect(failed.message).toContain('ca_file')
    expect([failed.retryable, server.mailed]).toEqual([true, []])
  })

  test('a refused login is told in the words of the server, unless they hold the password', async () => {
    await using server = await mailServer({ ...own, login: LOGIN })
    const failed = await refused({ port: server.port, ...credentials, password: 'wrong-and-secret' })
    expect([failed.message, failed.retryable]).toEqual(['127.0.0.1 refused the login.', true])
  })

  test('what was taken for some only is not sent twice to them', async () => {
    const refuses = ({ to }: { readonly to?: string }) =>
      to === 'gone@example.org' ? ([550, 'no such user'] as const) : null
    await using server = await mailServer({ ...own, refuses })
    const failed = await refused({ port: server.port, to: ['ops@example.org', 'gone@example.org'] })
    expect([failed.message, failed.retryable]).toEqual([
      '127.0.0.1 took the message, but not for gone@example.org. Correct these addresses.',
      false,
    ])
    expect(server.mailed.map(({ to }) => to)).toEqual([['ops@example.org']])
  })

  test.each([
    [451, 'try later', true],
    [550, 'not here', true],
    [552, 'too large', false],
  ])('a message that is refused with %i (%s) is tried again: %s', async (code, words, retryable) => {
    await using server = await mailServer({ ...own, refuses: ({ to }) => (to === undefined ? [code, words] : null) })
    const failed = await refused({ port: server.port })
    expect([failed.message, failed.retryable]).toEqual([`127.0.0.1 refused the message: ${code} ${words}`, retryable])
  })

  test('a server that says nothing, one that talks nonsense, and one that is not there', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    const odd = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1')
    const portOf = (server: typeof silent): number => (server.address() as { readonly port: number }).port
    await Promise.all(
      [silent, odd].map((server) => server.listening || new Promise((resolve) => server.once('listening', resolve))),
    )
    const port = portOf(silent)
    expect((await refused({ port }, { timeoutMs: 200 })).message).toBe('127.0.0.1 did not take the message in time.')
    const signal = AbortSignal.abort()
    expect((await refused({ port }, { signal })).message).toBe('The delivery to 127.0.0.1 was broken off.')
    const oddPort = portOf(odd)
    expect((await refused({ port: oddPort })).message).toStartWith('127.0.0.1 ')
    silent.close()
    await new Promise((resolve) => odd.close(resolve))
    // Closed above: nobody listens there any more.
    expect((await refused({ port: oddPort })).message).toBe('127.0.0.1 could not be reached: it refuses connections.')
  })

  test('a ca_file that cannot be read is said', async () => {
    expect((await refused({ port: 1, ca_file: '/nowhere/ca.pem' })).message).toBe(
      'The file of ca_file, /nowhere/ca.pem, cannot be read.',
    )
  })
})
