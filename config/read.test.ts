import { afterAll, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PRODUCT_YAML } from './load.fixture.ts'
import { configFile, isUnchanged, readConfig } from './read.ts'

const directory = mkdtempSync(join(tmpdir(), 'zwitness-config-'))
afterAll(() => rmSync(directory, { recursive: true }))
const env = { ZWITNESS_CONFIG_DIR: directory }

test('the file is app-config.yaml in ZWITNESS_CONFIG_DIR, else in /config', () => {
  expect(configFile({})).toBe('/config/app-config.yaml')
  expect(configFile(env)).toBe(join(directory, 'app-config.yaml'))
})

test('a file that is not there is a fault, not an exception', () => {
  const { loaded, text } = readConfig({ env: { ZWITNESS_CONFIG_DIR: join(directory, 'nowhere') } })
  expect(text).toBeNull()
  expect(loaded.faults?.[0]?.message).toContain('set ZWITNESS_CONFIG_DIR')
})

test('relative paths are beside the file, secrets come from theirs', () => {
  const secret = join(directory, 'ping')
  writeFileSync(secret, 'https://ping.example/1\n', { mode: 0o600 })
  const hosts = PRODUCT_YAML.replace('hqs8.storage.local, ', 'hqs8.storage.local, identity_file: keys/id,')
  writeFileSync(join(directory, 'app-config.yaml'), `${hosts}notifications: { ping_url_file: ${secret} }\n`)
  const { loaded } = readConfig({ env })
  expect(loaded.faults).toBeUndefined()
  expect(loaded.config?.hosts.get('hqs8')?.identityFile).toBe(join(directory, 'keys/id'))
})

test.each([
  ['/dev/zero', 'it is not a small plain file'],
  ['/nowhere/at/all', 'it does not exist'],
  ['relative', 'write the path of a file, from /, for example /run/secrets/ping_url'],
])('a secret in %s is refused', (path, words) => {
  writeFileSync(join(directory, 'app-config.yaml'), `${PRODUCT_YAML}notifications: { ping_url_file: ${path} }\n`)
  const [fault] = readConfig({ env }).loaded.faults ?? []
  expect(fault?.path).toBe('notifications.ping_url_file')
  expect(fault?.message).toContain(words)
})

test('a read is unchanged as long as the file and its secrets say the same', () => {
  const secret = join(directory, 'token')
  const file = join(directory, 'app-config.yaml')
  writeFileSync(secret, 'https://ping.example/1', { mode: 0o600 })
  writeFileSync(file, `${PRODUCT_YAML}notifications: { ping_url_file: ${secret} }\n`)
  const read = readConfig({ env })
  expect(isUnchanged(read)).toBe(true)
  writeFileSync(secret, 'https://ping.example/2')
  expect(isUnchanged(read)).toBe(false)
  const again = readConfig({ env })
  rmSync(secret)
  expect(isUnchanged(again)).toBe(false)
  const without = readConfig({ env })
  expect([without.loaded.faults?.length, isUnchanged(without)]).toEqual([1, true])
  writeFileSync(file, PRODUCT_YAML)
  expect(isUnchanged(without)).toBe(false)
  rmSync(file)
  expect(isUnchanged(readConfig({ env }))).toBe(false)
})

test.each([0o644, 0o602, 0o777])('a secret that others may read or change is refused, with its cure: %o', (mode) => {
  const secret = join(directory, `open-${mode}`)
  writeFileSync(secret, 'https://ping.example/1')
  chmodSync(secret, mode)
  writeFileSync(join(directory, 'app-config.yaml'), `${PRODUCT_YAML}notifications: { ping_url_file: ${secret} }\n`)
  const [fault] = readConfig({ env }).loaded.faults ?? []
  expect([fault?.line, fault?.path]).toEqual([19, 'notifications.ping_url_file'])
  expect(fault?.message).toContain('chmod 600')
  process.env.ZWITNESS_OPEN_FILES = 'allow'
  try {
    expect(readConfig({ env }).loaded.faults).toBeUndefined()
  } finally {
    delete process.env.ZWITNESS_OPEN_FILES
  }
  chmodSync(secret, 0o640)
  expect(readConfig({ env }).loaded.faults).toBeUndefined()
})

test('a configuration without end, or that is no file, is neither read whole nor waited for', () => {
  const huge = join(directory, 'huge.yaml')
  writeFileSync(huge, '')
  truncateSync(huge, 1024 ** 4)
  expect(readConfig({ file: huge }).loaded.faults?.[0]?.message).toContain('more than 1 MiB')
  for (const file of ['/dev/zero', directory])
    expect(readConfig({ file }).loaded.faults?.[0]?.message).toContain('it is not a plain file')
})
