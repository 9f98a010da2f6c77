import { beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { StoreError } from '#lib/db/errors.ts'
import type { Backups } from '#lib/upkeep/backups.ts'
import { type Fake, fakeServices } from './fake-services.ts'

setDefaultTimeout(600_000)

let fake: Fake
beforeEach(async () => {
  fake = await fakeServices()
})

const as = (noneRole: 'viewer' | 'operator' | 'admin'): void => {
  const { config } = fake.world
  fake.world.config = { ...config, auth: { ...config.auth, mode: 'none', noneRole } }
}
const rows = async () =>
  (await fake.services.store.audit({ limit: 9 })).items.map(({ action, detail }) => [action, detail])

test('the database leaves only with an admin, and that is in the audit', async () => {
  for (const role of ['viewer', 'operator'] as const) {
    as(role)
    expect((await fake.remote('GET', '/api/backup')).status).toBe(403)
  }
  expect(await rows()).toEqual([])
  as('admin')
  const answer = await fake.remote('GET', '/api/backup')
  expect(answer.status).toBe(200)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/vnd.sqlite3',
    'content-length': '7',
    'cache-control': 'no-store',
    'content-disposition': expect.stringMatching(/^attachment; filename="zwitness-\d{8}T\d{6}Z\.sqlite"$/),
  })
  expect(await answer.text()).toBe('SQLite ')
  expect(await rows()).toEqual([['backup', { bytes: 7 }]])
})

test('whoever only asks what would come has no copy made', async () => {
  let copies = 0
  ;(fake.services.backups as { copy: Backups['copy'] }).copy = async () => {
    copies += 1
    throw new Error('It was made.')
  }
  const { status, headers } = await fake.admin('HEAD', '/api/backup')
  expect([status, headers.get('content-type'), copies]).toEqual([200, 'application/vnd.sqlite3', 0])
})

test.each([
  ['busy', 409, 'ALREADY_RUNNING'],
  ['full', 507, 'BACKUP_FAILED'],
  ['corrupt', 500, 'BACKUP_FAILED'],
] as const)('why there is none is said: %s', async (kind, status, code) => {
  const fail = async () => {
    throw new StoreError(kind, 'Because of the moon.')
  }
  Object.assign(fake.services.backups, { copy: fail, nightly: fail, facts: fail })
  for (const [method, path] of [
    ['GET', '/api/backup'],
    ['GET', '/api/database'],
    ['POST', '/api/functions/back-up'],
  ] as const) {
    const answer = await fake.admin(method, path, method === 'POST' ? {} : undefined)
    expect([answer.status, await answer.json()]).toEqual([
      status,
      expect.objectContaining({ code, detail: 'Because of the moon.' }),
    ])
  }
})

test('how the database is, for those who can do something about it', async () => {
  as('viewer')
  expect((await fake.remote('GET', '/api/database')).status).toBe(403)
  as('operator')
  const answer = await fake.remote('GET', '/api/database')
  expect([answer.status, await answer.json()]).toEqual([
    200,
    {
      schemaVersion: 1,
      integrity: [],
      bytes: 2 ** 20,
      freeBytes: 0,
      tables: [{ name: 'run', rows: 7 }],
      backups: {
        directory: '/data/backups',
        files: [expect.objectContaining({ name: 'zwitness-2026-11-21.sqlite', bytes: 2 ** 20 })],
        failure: null,
      },
    },
  ])
})
