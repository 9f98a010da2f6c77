// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file's own syntax
import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { KINDS } from '#lib/notify/channels/all.ts'
import { difference } from './describe.ts'
import { configJsonSchema, type JsonSchema, schemaAt } from './json-schema.ts'
import { loaded, PRODUCT_YAML } from './load.fixture.ts'
import type { Loaded } from './load.ts'
import { ENV, faultsOf, load, settings } from './notifications.fixture.ts'
import { showConfig } from './origins.ts'
import { redactText } from './redact.ts'

/** The section as the sample has it, its `#` taken off. */
function sample(): { readonly channels: readonly Record<string, unknown>[]; readonly deadman: readonly object[] } {
  const text = readFileSync(new URL('./app-config.yaml', import.meta.url), 'utf8')
  const lines = text.slice(text.indexOf('# notifications:')).split('\n')
  return parse(lines.map((line) => line.replace(/^# ?/, '')).join('\n')).notifications
}

describe('the sample', () => {
  test('has one working example of each type, and every key', () => {
    const { channels } = sample()
    expect(channels.map(({ type }) => type)).toEqual(KINDS.map(({ type }) => type))
    for (const { name: _, ...channel } of channels) {
      const [built] = settings({ channels: [channel] }).channels
      expect(built?.type).toBe(String(channel.type))
    }
    const written = readFileSync(new URL('./app-config.yaml', import.meta.url), 'utf8')
    for (const kind of KINDS)
      for (const key of Object.keys(kind.keys)) expect(written).toMatch(new RegExp(`^#[ #]+${key}(_file)?:`, 'm'))
    for (const key of Object.keys(schemaAt(['notifications', 'channels', 0])?.properties ?? {}))
      if (!/_file$/.test(key)) expect(written).toMatch(new RegExp(`^#[ #-]+${key}(_file)?:`, 'm'))
  })

  test('loads whole', () => {
    const built = settings(sample())
    expect([built.warnForSeconds, built.digestAt, built.report]).toEqual([1800, 480, { every: 'week' }])
    expect(built.deadman).toEqual([{ url: ENV.HEALTHCHECKS_URL, kind: 'healthchecks', by: 'check' }])
    expect(built.channels[0]).toEqual({
      name: 'email',
      type: 'email',
      minSeverity: 'warning',
      events: null,
      pairs: null,
      quietHours: null,
      critical: true,
      settings: {
        host: 'mail.example.org',
        port: 587,
        security: 'starttls',
        username: 'zwitness',
        password: 's3cret-of-mail',
        from: 'The witness <zwitness@example.org>',
        to: ['ops@example.org', 'On call <boss@example.org>'],
        ca_file: '/config/ca.pem',
      },
    })
    expect(built.channels.at(-1)).toMatchObject({
      name: 'on-call',
      events: ['dataset.broken', 'dataset.recovered', 'host.unreachable', 'host.recovered'],
      pairs: ['HQS8 → HQS1'],
      quietHours: { from: 1320, to: 420 },
    })
  })
})

test('without the section nobody is told, and there are defaults', () => {
  expect(loaded(PRODUCT_YAML).config.notifications).toEqual({
    warnForSeconds: 1800,
    digestAt: null,
    report: null,
    channels: [],
    deadman: [],
  })
})

test('a relative ca_file is beside the configuration', () => {
  const [channel] = settings({ channels: [{ type: 'ntfy', url: 'https://ntfy.sh/x', ca_file: 'own/ca.pem' }] }).channels
  expect(channel?.settings.ca_file).toBe('/config/own/ca.pem')
})

test('the keys of earlier versions still load, or say what to write', () => {
  const old = load({
    warn_for: '1h',
    ping_url: 'https://hc-ping.com/uuid',
    channels: [
      { name: 'a', type: 'webhook', min_severity: 'critical', url: 'https://hook.example/x', token: 't' },
      { name: 'b', type: 'slack', url: 'https://hooks.slack.com/services/x' },
      { name: 'c', type: 'discord', url: 'https://discord.com/api/webhooks/x' },
      { name: 'd', type: 'ntfy', url: 'https://ntfy.sh/topic', token: 't' },
    ],
  })
  expect(old.config?.notifications.deadman).toEqual([
    { url: 'https://hc-ping.com/uuid', kind: 'healthchecks', by: 'check' },
  ])
  expect(old.config?.warnings.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    'notifications.ping_url: ping_url is the old form; write deadman: [{ url: …, kind: healthchecks }] instead.',
  ])
  expect(
    faultsOf({ channels: [{ type: 'email', url: 'smtp://mail', password: 'x' }] }).map((each) =>
      each.replace(/; known here.*/, ''),
    ),
  ).toEqual([
    'notifications.channels.0.host: The key host is missing (Mail server); write for example host: mail.example.org.',
    'notifications.channels.0.from: The key from is missing (Sender); write for example from: zwitness@example.org.',
    'notifications.channels.0.to: The key to is missing (Recipients); write for example to: [ops@example.org].',
    'notifications.channels.0.url: Unknown key "url"',
  ])
})

describe('what is secret of it', () => {
  const SECRET = /s3cret|whsec_|tk-of/
  const { config, trace } = load(sample()) as Extract<Loaded, { trace: unknown }>

  test('is masked where the configuration is shown, and everything else says where it comes from', () => {
    const shown = new Map(showConfig(config, trace).map(({ path, value, origin }) => [path, [value, origin] as const]))
    expect(JSON.stringify([...shown])).not.toMatch(SECRET)
    expect(shown.get('notifications.channels.email.password')?.[0]).toBe('***')
    expect(shown.get('notifications.channels.slack.url')).toEqual(['***', 'env SLACK_URL, line 19'])
    expect(shown.get('notifications.channels.email.host')).toEqual(['mail.example.org', 'file line 19'])
    expect(shown.get('notifications.channels.on-call.quiet_hours')?.[0]).toBe('22:00-07:00')
    expect(shown.get('notifications.channels.ntfy.min_severity')).toEqual(['warning', 'built-in default'])
    expect(shown.get('notifications.channels.ntfy.ca_file')).toEqual([null, 'built-in default'])
    expect(shown.get('notifications.deadman.0.url')?.[0]).toBe('***')
  })

  test('is masked in the file, whatever the type', () => {
    const text = KINDS.flatMap(({ type, keys }) => [
      `    - type: ${type}`,
      ...Object.keys(keys).map((key) => `      ${key}: s3cret-${key}`),
    ])
    const secrets = KINDS.flatMap(({ type, keys }) =>
      Object.keys(keys).filter((key) => schemaAt(['notifications', 'channels', 0, key], typed(type))?.secret === true),
    )
    const shown = redactText(['notifications:', '  channels:', ...text, '  ping_url: s3cret-ping_url'].join('\n')) ?? ''
    for (const key of [...new Set(secrets), 'ping_url']) expect(shown).not.toContain(`s3cret-${key}`)
    expect(secrets.length).toBeGreaterThan(10)
    expect(shown).toContain('s3cret-host')
  })

  test('shows in a difference only as changed', () => {
    const other = load({ ...sample(), deadman: [{ url: 'https://hc-ping.com/s3cret-other' }] }).config
    const { changes } = difference(config, other ?? config)
    expect(changes.map(({ path }) => path)).toEqual(['notifications.deadman.0.url'])
    expect(JSON.stringify(changes)).not.toMatch(/s3cret|hc-ping/)
    expect(changes[0]?.from).not.toBe(changes[0]?.to ?? null)
  })

  test('is in no fault about a neighbour, nor what a variable or a file holds', () => {
    const lines = faultsOf({
      channels: [
        { type: 'slack', url: '${TELEGRAM_TOKEN}' },
        { type: 'teams', url_file: '/run/secrets/mail_password' },
        { type: 'gotify', name: '${GOTIFY_TOKEN}x !', url: '${WEBHOOK_SECRET}', token: 's3cret' },
        {
          type: 'email',
          host: '${TELEGRAM_TOKEN}',
          from: '${WEBHOOK_TOKEN}',
          to: ['${GOTIFY_TOKEN}'],
          password: 1234567,
        },
      ],
    })
    expect(lines.length).toBeGreaterThan(6)
    expect(lines.join('\n')).not.toMatch(/s3cret|whsec_|tk-of|123456/)
  })
})

const typed = (type: string) => ({ notifications: { channels: [{ type }] } })

const NTFY = { type: 'ntfy', url: 'https://ntfy.sh/topic' }

test('channels come and go whole, and are told by their names', () => {
  const one = load({ channels: [NTFY] }).config
  const two = load({
    channels: [
      { type: 'email', host: 'mail.example.org', from: 'w@example.org', to: ['ops@example.org'] },
      { ...NTFY, min_severity: 'critical' },
    ],
  }).config
  if (one === undefined || two === undefined) throw new Error('They load.')
  expect(difference(one, two)).toEqual({
    changed: true,
    added: [{ path: 'notifications.channels.email', datasetId: null, from: null, to: 'email' }],
    removed: [],
    changes: [{ path: 'notifications.channels.ntfy.min_severity', datasetId: null, from: 'warning', to: 'critical' }],
  })
})

test('the schema for editors knows each type by itself', () => {
  const variants = schemaOf(['notifications', 'channels']).items?.oneOf ?? []
  expect(variants.map(({ properties }) => properties?.type?.const)).toEqual(KINDS.map(({ type }) => type))
  for (const variant of variants) {
    expect([variant.additionalProperties, variant.description === undefined]).toEqual([false, false])
    for (const child of Object.values(variant.properties ?? {})) expect(child.description).toBeString()
  }
  // A secret may stand in a file: then its own key is not there.
  expect(variants.map(({ required }) => required)).toEqual([
    ['type', 'host', 'from', 'to'],
    ...['webhook', 'ntfy', 'slack', 'discord', 'teams', 'gotify'].map(() => ['type']),
    ['type', 'chat_id'],
    ['type'],
  ])
  expect(schemaAt(['notifications', 'channels', 0, 'chat_id'], typed('telegram'))?.type).toBe('string')
  expect(schemaAt(['notifications', 'channels', 0, 'chat_id'], typed('slack'))).toBeNull()
})

function schemaOf(path: readonly string[]): JsonSchema {
  return path.reduce<JsonSchema>((at, key) => at.properties?.[key] ?? {}, configJsonSchema())
}
