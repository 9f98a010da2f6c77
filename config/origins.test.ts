import { expect, test } from 'bun:test'
import { loaded } from './load.fixture.ts'
import { showConfig } from './origins.ts'

const TEXT = `san_hosts:
  a: { hostname: "\${ADDRESS}", ssh_user: w }
  b: { hostname: b, ssh_user: w, port: 2200 }
ssh: { max_transfers: 3 }
defaults:
  max_delay_hours: 10
  send: { raw: true }
pairs:
  - primary: a
    backup: b
    defaults:
      keep_free: 5%
    datasets:
      - name: p/one
        backup_dataset: q/one
        auto_repair: true
scheduler: { interval_minutes: 45 }
notifications:
  warn_for: 30m
  ping_url_file: /run/secrets/ping
  channels:
    - { type: webhook, url: "https://hook.example/t0ken", unknown: t0ken }
`

const { config, trace } = loaded(TEXT, { ADDRESS: '10.0.0.5' })
const shown = new Map(showConfig(config, trace).map(({ path, value, origin }) => [path, [value, origin] as const]))

test.each([
  ['san_hosts.a.hostname', '10.0.0.5', 'env ADDRESS, line 2'],
  ['san_hosts.a.port', 22, 'built-in default'],
  ['san_hosts.b.port', 2200, 'file line 3'],
  ['san_hosts.b.max_transfers', 3, 'ssh, line 4'],
  ['datasets.a-b.one.max_delay_hours', 10, 'defaults, line 6'],
  ['datasets.a-b.one.warn_delay_hours', 5, 'built-in default'],
  ['datasets.a-b.one.send.raw', true, 'defaults, line 7'],
  ['datasets.a-b.one.send.compressed', true, 'built-in default'],
  ['datasets.a-b.one.keep_free', '5%', 'pair defaults, line 12'],
  ['datasets.a-b.one.auto_repair', true, 'file line 16'],
  ['scheduler.cron', null, 'interval_minutes, line 17'],
  ['scheduler.interval_minutes', 45, 'file line 17'],
  ['notifications.warn_for', '30m', 'file line 19'],
  ['notifications.channels.0.type', 'webhook', 'file line 22'],
])('%s is %p from %s', (path, value, origin) => {
  expect(shown.get(path)).toEqual([value, origin])
})

test('secrets are masked by the schema, and so is what it does not know', () => {
  expect(shown.get('notifications.ping_url')?.[0]).toBe('***')
  expect(shown.get('notifications.channels.0.url')?.[0]).toBe('***')
  expect(shown.get('notifications.channels.0.unknown')?.[0]).toBe('***')
  expect(JSON.stringify([...shown])).not.toMatch(/s3cret|t0ken/)
  expect(JSON.stringify(config, (_, value) => (value instanceof Map ? [...value] : value))).not.toMatch(/s3cret|t0ken/)
})
