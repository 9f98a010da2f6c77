import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Home } from '#tests/witness/home.ts'
import { freePort } from '#tests/witness/service.ts'
import type { Planted } from './planted.ts'
import type { talkative } from './talkative.ts'

type Services = Awaited<ReturnType<typeof talkative>>
type Settings = Readonly<Record<string, unknown>>

/** Signs that other programs read as something else; a password may have them. */
const ODD = '"<&\'\\ $'

/** Of each type of channel what it needs, with secrets wherever one may stand; `at` is the service that it speaks to. */
function channelKinds(planted: Planted): Readonly<Record<string, (at: number) => Settings>> {
  const http = (at: number): string => `http://127.0.0.1:${at}`
  const word = (what: string): string => planted.word(what)
  const whsec = randomBytes(33).toString('base64')
  planted.known('secret of webhook', whsec)
  const [hook, hookToken, topic, ntfyToken] = [
    'url of webhook',
    'token of webhook',
    'url of ntfy',
    'token of ntfy',
  ].map(word)
  const [slack, discord, teams, gotify] = ['url of slack', 'url of discord', 'url of teams', 'token of gotify'].map(
    word,
  )
  const [telegram, apprise, urls, mail] = [
    'token of telegram',
    'url of apprise',
    'urls of apprise',
    'password of email',
  ].map(word)
  return {
    webhook: (at) => ({ url: `${http(at)}/in?key=${hook}`, token: `"<&${hookToken}`, secret: `whsec_${whsec}` }),
    ntfy: (at) => ({ url: `${http(at)}/${topic}`, token: ntfyToken }),
    slack: (at) => ({ url: `${http(at)}/services/T0/B0/${slack}` }),
    discord: (at) => ({ url: `${http(at)}/api/webhooks/1/${discord}` }),
    teams: (at) => ({ url: `${http(at)}/workflows/1?api-version=1&sig=${teams}` }),
    gotify: (at) => ({ url: http(at), token: gotify }),
    telegram: (at) => ({ url: http(at), token: `123456:${telegram}`, chat_id: '-1001' }),
    apprise: (at) => ({ url: `${http(at)}/notify/${apprise}`, urls: `mailto://me:${urls}@example.org` }),
    email: (at) => ({
      host: '127.0.0.1',
      port: at,
      security: 'tls',
      username: 'zwitness',
      password: `${ODD}${mail}`,
      from: 'zwitness@example.org',
      to: ['ops@example.org'],
    }),
  }
}

export const KEYS_WITH_SECRETS = ['url', 'urls', 'token', 'secret', 'password', 'password_hash']

/** A witness of two SANs that do not answer, with a channel of every type to every service, and a secret in every place. */
export class SecretScene {
  readonly #directory = mkdtempSync(join(tmpdir(), 'zw-secrets-'))
  readonly #variables: string[] = []
  readonly home: Home
  readonly types: readonly string[]
  /** How many channels there are. */
  readonly channels: number
  readonly yaml: string
  #turn = 0
  #files = 0

  constructor(planted: Planted, services: Services, users: Readonly<Record<string, string>>) {
    const key = join(this.#directory, 'id_ed25519')
    const body = `-----BEGIN OPENSSH PRIVATE KEY-----\n${planted.word('private key')}\n-----END OPENSSH PRIVATE KEY-----\n`
    writeFileSync(key, body, { mode: 0o600 })
    const kinds = channelKinds(planted)
    this.types = Object.keys(kinds)
    const channels = Object.entries(kinds).flatMap(([type, settingsAt]) =>
      Object.entries(type === 'email' ? services.mail : services.http).map(([service, { port }]) => ({
        type,
        name: `${type}-${service}`,
        min_severity: 'info',
        ...this.#spread({ ...settingsAt(port), ...(type === 'email' ? { ca_file: services.caFile } : {}) }),
      })),
    )
    const pings = { healthchecks: planted.word('url of healthchecks'), uptime_kuma: planted.word('url of uptime_kuma') }
    const deadman = Object.values(services.http).flatMap(({ port }) =>
      (['healthchecks', 'uptime_kuma'] as const).map((kind) => ({
        kind,
        ...this.#spread({ url: `http://127.0.0.1:${port}/ping/${pings[kind]}` }),
      })),
    )
    this.channels = channels.length
    const sections = {
      san_hosts: Object.fromEntries(
        ['prim', 'back'].map((id) => [id, { hostname: '127.0.0.1', port: freePort(), ssh_user: 'zw' }]),
      ),
      pairs: [{ primary: 'prim', backup: 'back', datasets: [{ name: 'tank/data', backup_dataset: 'vault/data' }] }],
      scheduler: { interval_minutes: 1440, timezone: 'UTC' },
      limits: { retries: 0 },
      auth: {
        mode: 'password',
        users: Object.fromEntries(
          Object.entries(users).map(([role, hash]) => [role, { role, ...this.#spread({ password_hash: hash }) }]),
        ),
      },
      notifications: { warn_for: '1m', digest: '00:00', channels, deadman },
    }
    this.yaml = Object.entries(sections)
      .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
      .join('')
    this.home = new Home({ yaml: this.yaml, identityFile: key, knownHosts: '' })
  }

  close(): void {
    for (const name of this.#variables) delete process.env[name]
    this.home.remove()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  /** Its secrets in the three ways in which they may be given, in turn. */
  #spread(settings: Settings): Settings {
    return Object.fromEntries(
      Object.entries(settings).map(([key, value]) =>
        KEYS_WITH_SECRETS.includes(key) ? this.#given(key, String(value)) : [key, value],
      ),
    )
  }

  #given(key: string, value: string): readonly [string, string] {
    const way = this.#turn++ % 3
    if (way === 0) return [key, value.replaceAll('$', '$$$$')]
    if (way === 1) {
      const name = `ZW_PLANTED_${this.#variables.length}`
      this.#variables.push(name)
      process.env[name] = value
      return [key, `\${${name}}`]
    }
    const file = join(this.#directory, `secret-${this.#files++}`)
    writeFileSync(file, `${value}\n`, { mode: 0o600 })
    return [`${key}_file`, file]
  }
}
