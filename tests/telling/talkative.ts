import { SMTPServer } from 'smtp-server'
import { certificate } from '#lib/notify/channels/mail-server.fixture.ts'
import { freePort } from '#tests/witness/service.ts'
import { type Planted, WAYS } from './planted.ts'

/** Of one service on loopback: what it listens on, and all that it was sent besides addresses and headers. */
interface Service {
  readonly port: number
  readonly bodies?: readonly string[]
  close(): Promise<void> | void
}

/** How a service answers that gives away what it was given. */
const ECHOES: Readonly<Record<string, (word: string) => string>> = { plain: (word) => word, ...WAYS }

/** Services that take no message, each in a way of its own; some say in their answer what they were given. */
export async function talkative(planted: Planted) {
  const own = certificate()
  const heard = new Set<string>()
  const secretOf = (text: string): string => {
    const words = planted.saidIn(text)
    for (const word of words) heard.add(word)
    return words[0] ?? 'nothing'
  }
  const http: Record<string, Service> = { closed: nobody(), hangup: hangingUp(), garbage: garbage(secretOf) }
  const mail: Record<string, Service> = { closed: nobody(), hangup: hangingUp(), garbage: garbage(secretOf) }
  for (const [way, write] of Object.entries(ECHOES)) {
    http[way] = echo((text) => write(secretOf(text)))
    mail[way] = await mailEcho(own, (password) => write(secretOf(password)))
  }
  http.redirect = redirecting(secretOf)
  return {
    http,
    mail,
    /** Secrets that the services were given, each once. */
    heard: (): number => heard.size,
    /** What was written to people, whichever way it is called there. */
    bodies: (): readonly string[] => Object.values(http).flatMap(({ bodies }) => bodies ?? []),
    /** Certificate of the mail servers. */
    caFile: own.file,
    async close() {
      await Promise.all([...Object.values(http), ...Object.values(mail)].map((each) => each.close()))
      own[Symbol.dispose]()
    },
  }
}

function nobody(): Service {
  return { port: freePort(), close() {} }
}

function hangingUp(): Service {
  const server = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: (socket) => void socket.end() } })
  return { port: server.port, close: () => server.stop(true) }
}

/** No HTTP and no mail: a first line with what it was given, where a status is expected. */
function garbage(secretOf: (text: string) => string): Service {
  const server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: { data: (socket, data) => void socket.end(`HTTP/1.1 ${secretOf(data.toString())}\r\n\r\n`) },
  })
  return { port: server.port, close: () => server.stop(true) }
}

function overHttp(answer: (told: string) => Response): Service {
  const bodies: string[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const body = await request.text()
      bodies.push(body)
      const headers = [...request.headers].map(([name, value]) => `${name}: ${value}`)
      return answer([request.url, ...headers, body].join('\n'))
    },
  })
  return { port: server.port ?? 0, bodies, close: () => server.stop(true) }
}

const echo = (words: (told: string) => string): Service =>
  overHttp((told) => new Response(`Not for ${words(told)}.`, { status: 500 }))

const redirecting = (secretOf: (text: string) => string): Service =>
  overHttp((told) => new Response(null, { status: 307, headers: { location: `http://127.0.0.1:1/${secretOf(told)}` } }))

/** Takes no login, and says with which password it was tried. */
async function mailEcho(
  { key, cert }: { readonly key: string; readonly cert: string },
  words: (password: string) => string,
): Promise<Service> {
  const server = new SMTPServer({
    key,
    cert,
    secure: true,
    logger: false,
    onAuth: ({ password }, _session, done) =>
      done(Object.assign(new Error(`No login with ${words(password ?? '')}`), { responseCode: 535 })),
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  }
}
