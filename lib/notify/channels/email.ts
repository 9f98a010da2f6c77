import { connect, type Socket } from 'node:net'
import type { createTransport } from 'nodemailer'
import { called, choice, count, ruledText, secret, textList } from '#lib/settings/fields.ts'
import { cleanLine } from '#lib/text/clean.ts'
import { authority, CA_KEY, sayable, whyUnreached } from '../http.ts'
import { channelKind, type Delivery } from '../kind.ts'
import { DeliveryFailed, type Message } from '../message.ts'
import { type Plain, plainOf, textOf } from '../plain.ts'

const ADDRESS = /^[^\s<>()[\]\\,;:"@\p{Cc}]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/u
const NAMED = /^([^<>"\p{Cc}]{1,100}?)\s*<([^<>]+)>$/u

interface Mailbox {
  readonly name: string
  readonly address: string
}

/** `ops@example.org`, or `On call <ops@example.org>`. */
function mailboxOf(text: string): Mailbox | null {
  const [, name = '', address = text] = NAMED.exec(text) ?? []
  return ADDRESS.test(address) ? { name, address } : null
}

function checkMailbox(text: string): string | null {
  return mailboxOf(text) === null
    ? `${called(text)} is no mail address; write for example ops@example.org, or "On call <ops@example.org>".`
    : null
}

function checkMailHost(text: string): string | null {
  return /^[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,252})$/.test(text) && !/^[^:]+:\d+$/.test(text)
    ? null
    : `${called(text)} is no host; write a DNS name or an IP address, and its port into port.`
}

const PORTS = { starttls: 587, tls: 465, none: 25 } as const

export const email = channelKind({
  type: 'email',
  description: 'Mail, by a server of your own.',
  keys: {
    host: ruledText(checkMailHost, { description: 'Mail server.', examples: ['mail.example.org'] }),
    port: count('', { min: 1, max: 65_535 }, { description: 'Its port. Default: 587, with tls 465, with none 25.' }),
    security: choice(['starttls', 'tls', 'none'], {
      description: 'starttls: plain at first, then TLS or nothing is sent. tls: TLS at once. none: in the clear.',
      default: 'starttls',
    }),
    username: ruledText(() => null, { description: 'Name to log in with, where the server wants one.' }).optional(),
    password: secret({ description: 'Password to log in with' }),
    from: ruledText(checkMailbox, { description: 'Sender.', examples: ['zwitness@example.org'] }),
    to: textList(
      checkMailbox,
      { description: 'Recipients.', examples: [['ops@example.org']] },
      '[ops@example.org]',
    ).unwrap(),
    ...CA_KEY,
  },
  judge({ to, username, password, security }) {
    if (to?.length === 0) return { key: 'to', message: 'Names nobody; write for example [ops@example.org].' }
    if (password !== undefined && username === undefined)
      return { key: 'password', message: 'Is there without username; write both, or none.' }
    if (username !== undefined && password === undefined)
      return {
        key: 'username',
        message: 'Is there without password; write password or password_file, or leave both out.',
      }
    return username !== undefined && security === 'none'
      ? {
          key: 'security',
          message:
            'The password would go over the network in the clear; write starttls or tls, or leave username and password out.',
        }
      : null
  },
  async deliver(settings, delivery) {
    const { host, username, password } = settings
    const security = settings.security ?? 'starttls'
    const port = settings.port ?? PORTS[security]
    const ca = settings.ca_file === undefined ? undefined : await authority(settings.ca_file)
    // Only here: whoever sends no mail need not load it.
    const nodemailer = await import('nodemailer')
    const deadline = AbortSignal.timeout(delivery.timeoutMs ?? WHOLE_MS)
    const signal = AbortSignal.any([delivery.signal, deadline])
    const sockets: Socket[] = []
    const transport = nodemailer.createTransport({
      host,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
      ...(username === undefined ? {} : { auth: { user: username, pass: password ?? '' } }),
      connectionTimeout: STEP_MS,
      greetingTimeout: STEP_MS,
      socketTimeout: STEP_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
      // A socket of our own can be closed at any time.
      getSocket: (_, use) =>
        void openSocket({ host, port, signal, sockets }).then((connection) => use(null, { connection }), use),
    })
    try {
      await sent(transport, mailOf(settings, delivery), signal, host)
    } catch (error) {
      if (error instanceof DeliveryFailed) throw error
      if (deadline.aborted) throw new DeliveryFailed(`${host} did not take the message in time.`)
      if (signal.aborted) throw new DeliveryFailed(`The delivery to ${host} was broken off.`)
      throw failure(error, host, [username, password])
    } finally {
      for (const socket of sockets) socket.destroy()
    }
  },
})

/** For the whole of it, whatever the server does. */
const WHOLE_MS = 45_000
/** How long the server may be silent. */
const STEP_MS = 15_000

type Transport = ReturnType<typeof createTransport>
type Mail = Parameters<Transport['sendMail']>[0]

async function sent(transport: Transport, mail: Mail, signal: AbortSignal, host: string): Promise<void> {
  const over = Promise.withResolvers<never>()
  const end = (): void => over.reject(new Error('Broken off.'))
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  try {
    const { rejected } = await Promise.race([transport.sendMail(mail), over.promise])
    if (rejected.length === 0) return
    // To try again would send it twice to the others.
    const names = rejected.map((each: string | { readonly address: string }) =>
      typeof each === 'string' ? each : each.address,
    )
    throw new DeliveryFailed(
      `${host} took the message, but not for ${cleanLine(names.join(', '), 200)}. Correct these addresses.`,
      { retryable: false },
    )
  } finally {
    signal.removeEventListener('abort', end)
    transport.close()
  }
}

interface Where {
  readonly host: string
  readonly port: number
  readonly signal: AbortSignal
  readonly sockets: Socket[]
}

function openSocket({ host, port, signal, sockets }: Where): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    sockets.push(socket)
    const end = (): void => void socket.destroy(new Error('Broken off.'))
    signal.addEventListener('abort', end, { once: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.removeListener('error', reject)
      resolve(socket)
    })
  })
}

/** The words of the server are told, as nothing else says why; unless they hold what we logged in with. */
function failure(error: unknown, host: string, secrets: readonly (string | undefined)[]): DeliveryFailed {
  const { code, originalCode, command, response, responseCode } = error as {
    readonly code?: string
    /** Of the socket. */
    readonly originalCode?: string
    readonly command?: string
    readonly response?: string
    readonly responseCode?: number
  }
  if (code === 'ETLS' && command === 'STARTTLS')
    return new DeliveryFailed(
      `${host} begins no TLS (STARTTLS), and in the clear nothing is sent. Write security: tls if its port wants that, or none.`,
    )
  if (typeof response === 'string' && response !== '') {
    const said = sayable(response, secrets)
    const what = code === 'EAUTH' ? 'refused the login' : 'refused the message'
    return new DeliveryFailed(`${host} ${what}${said === '' ? '.' : `: ${said}`}`, { retryable: responseCode !== 552 })
  }
  return new DeliveryFailed(`${host} could not be reached: ${whyUnreached({ code: originalCode ?? code })}.`)
}

/** Of the message alone: a second try is the same mail, by the same Message-ID. */
function mailOf(
  { from, to }: { readonly from: string; readonly to: readonly string[] },
  { message, publicUrl }: Delivery,
): Mail {
  const plain = plainOf(message, publicUrl, 50)
  const host = publicUrl === null ? 'zwitness' : new URL(publicUrl).hostname.replaceAll(/[[\]]/g, '')
  // No mail has this id: all that are about one incident refer to it, and so stand together, whichever comes first.
  const thread = message.incidentId === null ? null : `<incident-${word(message.incidentId)}@${host}>`
  const { attachment } = message
  return {
    from: mailboxOf(from) ?? from,
    to: to.map((each) => mailboxOf(each) ?? each),
    subject: plain.title,
    messageId: `<${word(message.id)}@${host}>`,
    ...(thread === null ? {} : { inReplyTo: thread, references: [thread] }),
    date: new Date(message.at),
    headers: {
      // No answer of an absent person, and no loop.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'X-Zwitness-Event': message.event,
      'X-Zwitness-Severity': message.severity,
    },
    text: `${textOf(plain, { withLink: true })}\n`,
    html: htmlOf(plain),
    attachments:
      attachment === undefined
        ? []
        : [{ filename: fileName(attachment.name), contentType: typeOf(attachment), content: attachment.text }],
  }
}

/** Ids are our own; this holds even where one is not. */
const word = (id: string): string => id.replaceAll(/[^A-Za-z0-9._-]/g, '').slice(0, 100)
const fileName = (name: string): string => cleanLine(name, 100).replaceAll(/[/\\:"]/g, '_')
const typeOf = ({ type }: NonNullable<Message['attachment']>): string =>
  /^[a-z]+\/[a-z0-9.+-]+$/.test(type) ? type : 'application/octet-stream'

function htmlOf({ title, paragraphs, datasets, link }: Plain): string {
  return [
    '<!doctype html><html><body style="font-family:sans-serif">',
    `<p><b>${escaped(title)}</b></p>`,
    ...paragraphs.map((text) => `<p>${escaped(text)}</p>`),
    ...(datasets.length === 0 ? [] : [`<ul>${datasets.map((text) => `<li>${escaped(text)}</li>`).join('')}</ul>`]),
    ...(link === null ? [] : [`<p><a href="${escaped(link)}">${escaped(link)}</a></p>`]),
    '</body></html>',
  ].join('\n')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
}
