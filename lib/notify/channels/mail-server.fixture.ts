import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'

/** A certificate for 127.0.0.1 that nobody has signed but itself: the file is what `ca_file` names. */
export function certificate() {
  const directory = mkdtempSync(join(tmpdir(), 'zwitness-mail-'))
  const key = join(directory, 'key.pem')
  const file = join(directory, 'cert.pem')
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const made = Bun.spawnSync([
    'openssl',
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-keyout', key, '-out', file, ...names],
  ])
  if (!made.success) throw new Error(`openssl made no certificate: ${made.stderr.toString()}`)
  return {
    file,
    key: readFileSync(key, 'utf8'),
    cert: readFileSync(file, 'utf8'),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  }
}

interface Mailed {
  readonly from: string
  readonly to: readonly string[]
  /** As it came: headers, an empty line, the parts. */
  readonly text: string
  /** Was it encrypted on the way? */
  readonly secure: boolean
  readonly user: string | null
}

interface Behaviour {
  readonly key: string
  readonly cert: string
  /** TLS at once. */
  readonly secure?: boolean
  readonly noTls?: boolean
  readonly login?: { readonly user: string; readonly password: string }
  /** What it answers to a recipient, or to the whole message: a code and words. */
  readonly refuses?: (what: { readonly to?: string }) => readonly [number, string] | null
}

/** Takes mail on loopback. */
export async function mailServer({ key, cert, secure = false, noTls = false, login, refuses }: Behaviour) {
  const mailed: Mailed[] = []
  const refusal = (found: readonly [number, string] | null | undefined): Error | null =>
    found ? Object.assign(new Error(found[1]), { responseCode: found[0] }) : null
  const server = new SMTPServer({
    key,
    cert,
    secure,
    logger: false,
    authOptional: login === undefined,
    disabledCommands: [...(noTls ? ['STARTTLS'] : []), ...(login === undefined ? ['AUTH'] : [])],
    onAuth({ username, password }, _session, done) {
      const is = username === login?.user && password === login?.password
      done(is ? null : refusal([535, `5.7.8 Authentication failed for ${username} with ${password}`]), {
        user: username,
      })
    },
    onRcptTo: ({ address }, _session, done) => done(refusal(refuses?.({ to: address }))),
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => void parts.push(part))
      stream.on('end', () => {
        const refused = refusal(refuses?.({}))
        const { mailFrom, rcptTo } = session.envelope
        if (refused === null)
          mailed.push({
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            text: Buffer.concat(parts).toString('utf8'),
            secure: session.secure,
            user: session.user === undefined ? null : String(session.user),
          })
        done(refused)
      })
    },
  })
  // A client that leaves in the middle of a handshake is not what is tested here.
  server.on('error', () => {})
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    port,
    mailed,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  }
}
