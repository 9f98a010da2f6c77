import { describe, expect, test } from 'bun:test'
import { loadConfig } from './load.ts'

const TEXT = `san_hosts:
  hqs8: { hostname: hqs8.storage.local, ssh_user: zfsadmin }
  hqs1: { hostname: hqs1.storage.local, ssh_user: zfsadmin }
pairs:
  - { name: 'HQS8 → HQS1', primary: hqs8, backup: hqs1, datasets: [{ name: hqs8p1/a, backup_dataset: hqs1p1/a }] }
`

function messages(text: string, env: Record<string, string>, files: Record<string, string> = {}): readonly string[] {
  const readFile = (path: string): string => files[path] ?? ''
  const loaded = loadConfig({ text, file: 'app-config.yaml', env, readFile, now: 0, systemZone: 'UTC' })
  const faults = loaded.faults ?? loaded.config.warnings
  return faults.map(({ path, message }) => `${path}: ${message}`)
}

/** As the file has it. */
const V = `\${VAR_A}`

/** Keys of every kind of value, each given as a variable. */
const PLACES: readonly (readonly [string, string])[] = [
  ['a host name', TEXT.replace('hqs8.storage.local', `"${V}"`)],
  ['a part of a host name', TEXT.replace('hqs8.storage.local', `"hqs8.${V}"`)],
  ['a user', TEXT.replace('zfsadmin', `"${V}"`)],
  ['a host that is not there', TEXT.replace('primary: hqs8', `primary: "${V}"`)],
  ['a dataset', TEXT.replace('hqs8p1/a', `"${V}"`)],
  ['a whole number', `${TEXT}limits: { transfers: "${V}" }\n`],
  ['a size', `${TEXT}retention: { logs_size: "${V}" }\n`],
  ['a share', `${TEXT}defaults: { keep_free: "${V}" }\n`],
  ['a rate', `${TEXT}defaults: { bandwidth_limit: "${V}" }\n`],
  ['a word of several', `${TEXT}defaults: { repair_when: "${V}" }\n`],
  ['a truth value', `${TEXT}defaults: { auto_repair: "${V}" }\n`],
  ['an address', `${TEXT}server: { public_url: "${V}" }\n`],
  ['a list item', `${TEXT}server: { allowed_hosts: ["${V}"] }\n`],
  ['a network', `${TEXT}server: { trusted_proxies: ["${V}"] }\n`],
  ['a path', `${TEXT}ssh: { known_hosts_file: "${V}" }\n`],
  ['a cipher', `${TEXT}ssh: { ciphers: ["${V}"] }\n`],
  ['a time zone', `${TEXT}scheduler: { timezone: "${V}" }\n`],
  ['a pattern of times', `${TEXT}scheduler: { cron: "${V}" }\n`],
  ['a window', `${TEXT}defaults: { repair_window: "${V}" }\n`],
  ['a glob', `${TEXT}defaults: { snapshot_include: ["${V}"] }\n`],
  ['a hash', `${TEXT}auth: { users: { a: { role: admin, password_hash: "${V}" } } }\n`],
  ['a role', `${TEXT}auth: { users: { a: { role: "${V}", password_hash_file: /s } } }\n`],
  ['a block', `${TEXT}auth: "${V}"\n`],
  ['a list', `${TEXT}server: { allowed_hosts: "${V}" }\n`],
]

const VALUES = [
  'env s3cr3t!',
  'ftp9://us3r:W1nter2026!@h0st',
  '[Tr0ub4dor&3]',
  'r00t:hunt3r2@hqs8',
  '918273645546372819x',
  '918273645546372819',
  '~/.W1nt3rKey',
  '"qu0ted\\b4ck"',
  'c0rrect h0rse b4ttery\nst4ple',
  'x!z',
]

describe('what a variable holds', () => {
  test.each(PLACES)('as %s is in no fault', (_, text) => {
    let refused = 0
    for (const value of VALUES) {
      const lines = messages(text, { VAR_A: value })
      if (lines.length > 0) refused++
      const parts = Array.from({ length: Math.max(1, value.length - 4) }, (_, at) => value.slice(at, at + 5))
      for (const line of lines) expect([line, parts.filter((part) => line.includes(part))]).toEqual([line, []])
    }
    // A name may be anything where it is only compared; everywhere else most of these are refused.
    expect(refused).toBeGreaterThan(5)
  })

  test('is called by its name, and what belongs there is said', () => {
    expect(messages(PLACES[0]?.[1] ?? '', { VAR_A: 'env secret!' })).toEqual([
      `san_hosts.hqs8.hostname: The hostname ${V} is refused; write a DNS name (letters, digits, . and -) or an IP address.`,
    ])
    const [line] = messages(PLACES[0]?.[1] ?? '', { VAR_A: '[Tr0ub4dor&3]' })
    expect(line).toStartWith('san_hosts.hqs8.hostname: The variable VAR_A holds what hostname does not take (')
    expect(line).toContain('the value is not shown. Write for example hostname: ')
  })

  test('is in no fault of another place either', () => {
    const again = `, { name: "${V}", backup_dataset: hqs1p1/b }`
    const twice = TEXT.replace('backup_dataset: hqs1p1/a }', (whole) => whole + again + again)
    const found = messages(twice, { VAR_A: 'hqs8p1/verysecretname' })
    expect(found.length).toBeGreaterThan(0)
    for (const line of found) expect(line).not.toContain('verysecret')
  })
})

test('what a file of a secret holds is in no fault', () => {
  const text = `${TEXT}auth: { users: { a: { role: admin, password_hash_file: /run/secrets/a } } }\n`
  const found = messages(text, {}, { '/run/secrets/a': 'Winter2026-plain' })
  expect(found.length).toBeGreaterThan(0)
  for (const line of found) expect(line).not.toContain('Winter2026')
})

test('a default that stands behind a name is not told', () => {
  const [line] = messages(TEXT.replace('zfsadmin', `"\${USER:-Winter2026}"`), {})
  expect(line).toContain('USER…} is not a variable')
  expect(line).not.toContain('Winter2026')
})

test('faults of what stands in the file itself are told as they were', () => {
  expect(messages(TEXT.replace('hqs8.storage.local', "'no host!'"), { VAR_A: 'hqs8' })[0]).toContain(
    '"no host!" is refused',
  )
})
