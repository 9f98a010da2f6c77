import { beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { examine } from '#lib/db/examine.ts'
import { MIGRATIONS } from '#lib/db/migrations/all.ts'
import { openStore } from '#lib/db/open.ts'
import { acquireOwner } from '#lib/db/owner-lock.ts'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'
import { restoring } from './restore.ts'

setDefaultTimeout(120_000)

const NEWEST = MIGRATIONS.at(-1)?.version ?? 0
const NOW = Date.UTC(2026, 10, 22, 12)
const uid = process.getuid?.() ?? 0
let directory: string
let data: string
let file: string

beforeEach(() => {
  directory = temporaryDirectory()
  data = join(directory, 'data')
  file = join(directory, 'backup.sqlite')
})

/** A backup of a database with one user who is signed in and has a token. */
async function backupOf(migrations = MIGRATIONS): Promise<void> {
  const from = join(directory, 'from')
  mkdirSync(from)
  const store = await openStore({ directory: from, migrations })
  if (migrations === MIGRATIONS) {
    await store.addUser({ name: 'alice', role: 'admin', passwordHash: 'h', createdAt: 1, changedAt: 1 })
    const seen = { createdAt: 1, seenAt: 1, expiresAt: 2 * NOW, address: null, userAgent: null }
    await store.addSession({ digest: 'a'.repeat(64), user: 'alice', credential: 'h', ...seen })
  }
  await store.copyTo(file)
  await store.close()
}
const request = () => ({ file, dataDirectory: data, uid, now: NOW })

test('users stay, sessions end, and the audit says what was done', async () => {
  await backupOf()
  const before = readFileSync(file)
  expect(
    await restoring(request(), async ({ found, becomes, there, commit }) => [found.users, becomes, there, commit()]),
  ).toEqual([1, NEWEST, null, null])
  expect(readFileSync(file).equals(before)).toBe(true)
  expect(readdirSync(data)).toEqual(['owner.lock', 'zwitness.db'])
  const store = await openStore({ directory: data })
  expect(store.openedBecause).toBe('existing')
  expect((await store.users()).map(({ name }) => name)).toEqual(['alice'])
  expect(await store.sessions(null)).toEqual([])
  expect((await store.audit({ limit: 9 })).items).toMatchObject([{ action: 'restore', at: NOW, detail: { file } }])
  await store.close()
})

test('one of an older schema is brought up to date before it takes the place', async () => {
  await backupOf(MIGRATIONS.slice(0, 3))
  const ended = await restoring(request(), async ({ found, becomes, commit }) => {
    commit()
    return [found.schemaVersion, becomes]
  })
  expect(ended).toEqual([3, NEWEST])
  expect(await examine(join(data, 'zwitness.db'))).toMatchObject({ sound: true, schemaVersion: NEWEST })
  expect(await examine(file)).toMatchObject({ schemaVersion: 3 })
})

test('whoever does not agree has changed nothing', async () => {
  await backupOf()
  const no = restoring(request(), async () => {
    throw new Error('No.')
  })
  await expect(no).rejects.toThrow('No.')
  expect(readdirSync(data)).toEqual(['owner.lock'])
  const owner = acquireOwner(data)
  expect(owner.ok).toBe(true)
  if (owner.ok) owner.release()
})

interface Prepared {
  readonly uid?: number
  readonly file?: string
  readonly release?: () => void
}

test.each<[string, string, () => Prepared | undefined]>([
  [
    'in-use',
    'is in use by process',
    () => {
      const owner = acquireOwner(data)
      return owner.ok ? { release: () => owner.release() } : undefined
    },
  ],
  ['not-owner', 'Run it as the user of the service', () => ({ uid: uid + 1 })],
  ['unfit', 'no SQLite database', () => void writeFileSync(file, 'text')],
  ['unfit', 'no plain file', () => ({ file: directory })],
])('%s: %s', async (why, words, prepare) => {
  await backupOf()
  mkdirSync(data, { recursive: true })
  const { release, ...change } = prepare() ?? {}
  await expect(restoring({ ...request(), ...change }, async () => 'done')).rejects.toMatchObject({
    name: 'NotRestored',
    why,
    message: expect.stringContaining(words),
  })
  expect(existsSync(join(data, 'zwitness.db'))).toBe(false)
  release?.()
})
