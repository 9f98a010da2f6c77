import { Database } from 'bun:sqlite'
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Config } from '#config/effective.ts'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'
import { MIGRATIONS } from './migrations/all.ts'
import { openStore } from './open.ts'
import type { OpenedStore } from './store.ts'
import type { AuditFault, AuditRecord } from './types.ts'

const entry = (at: number, more: Partial<AuditRecord> = {}): Omit<AuditRecord, 'id'> => ({
  at,
  actor: { kind: 'session', name: 'alice', role: 'admin', address: '10.0.0.1' },
  userAgent: 'browser',
  requestId: 'r',
  action: 'userChange',
  target: 'bob',
  reason: 'leaves',
  result: 'OK',
  code: null,
  detail: { role: 'VIEWER' },
  ...more,
})
const byPolicy = (at: number) =>
  entry(at, { action: 'repair', actor: { kind: 'schedule', name: 'scheduler', role: 'admin', address: null } })

/** A book of so many entries, and someone with the file in their hands. */
async function book(entries: number) {
  const directory = temporaryDirectory()
  const store = await openStore({ directory })
  for (let at = 1; at <= entries; at++) await store.addAudit(entry(at))
  const reopened = async (): Promise<OpenedStore> => {
    await store.close()
    return openStore({ directory })
  }
  return { store, directory, reopened, tamper: (...statements: readonly string[]) => tamper(directory, statements) }
}

function tamper(directory: string, statements: readonly string[]): void {
  const database = new Database(join(directory, 'zwitness.db'))
  for (const statement of statements) database.run(statement)
  database.close()
}

const faultsOf = async (store: OpenedStore, ...heads: readonly { id: number | null; hash: string }[]) =>
  (await store.proveAudit(heads)).faults.map(inShort)
const inShort = ({ kind, from, to }: AuditFault): string => `${kind} ${from}-${to}`

describe('a chain that nobody touched', () => {
  test('is whole, from nothing on, and its head is met wherever it was copied', async () => {
    const { store } = await book(0)
    expect(await store.proveAudit([])).toMatchObject({ rows: 0, head: null, faults: [] })
    const heads = []
    for (let at = 1; at <= 3; at++) {
      await store.addAudit(entry(at))
      heads.push((await store.auditHead()) ?? { id: 0, hash: '' })
    }
    const proof = await store.proveAudit(heads)
    expect(proof).toMatchObject({ rows: 3, forgotten: 0, adopted: null, head: heads[2], faults: [] })
    expect(await faultsOf(store, { id: null, hash: heads[1]?.hash ?? '' })).toEqual([])
  })

  test('holds whatever people wrote, as SQLite gives it back', async () => {
    const { store } = await book(0)
    const odd = ['\ud800 half a pair', 'a\0b', '☃ é e\u0301', '\u2028"\\', ' '.repeat(3), '']
    for (const [at, text] of odd.entries())
      await store.addAudit(
        entry(at, { target: text, reason: text, userAgent: text, detail: { text, [text]: 1.5e300 } }),
      )
    expect(await faultsOf(store)).toEqual([])
  })

  test('stays one when a hundred write at once', async () => {
    const { store } = await book(0)
    await Promise.all(Array.from({ length: 100 }, (_, at) => store.addAudit(entry(at))))
    const proof = await store.proveAudit([])
    expect([proof.rows, proof.head?.id, proof.faults]).toEqual([100, 100, []])
  })

  test('is another one in another witness: rows of it are no continuation of ours', async () => {
    const [ours, theirs] = [await book(1), await book(1)]
    expect(await ours.store.auditHead()).not.toEqual(await theirs.store.auditHead())
  })
})

describe('somebody with the file in their hands', () => {
  test('changes any column of any row, and is told where', async () => {
    const { store, tamper: change } = await book(3)
    const columns = {
      at: '99',
      actor_kind: "'token'",
      actor: "'mallory'",
      role: "'viewer'",
      address: 'NULL',
      user_agent: "''",
      request_id: "'s'",
      action: "'login'",
      target: "'carol'",
      reason: 'NULL',
      result: "'REFUSED'",
      code: "'X'",
      detail: `'{"role":"ADMIN"}'`,
      hash: `'${'0'.repeat(64)}'`,
    }
    for (const [column, value] of Object.entries(columns)) {
      for (const id of [1, 2, 3]) {
        change('CREATE TABLE before AS SELECT * FROM audit', `UPDATE audit SET ${column} = ${value} WHERE id = ${id}`)
        const faults = await faultsOf(store)
        expect([column, id, faults[0]]).toEqual([column, id, `CHANGED ${id}-${id}`])
        change(
          `UPDATE audit SET ${column} = (SELECT ${column} FROM before WHERE before.id = audit.id)`,
          'DROP TABLE before',
        )
        expect(await faultsOf(store)).toEqual([])
      }
    }
  })

  test('has every column under the hash: a column that a migration adds must be put there', async () => {
    const { store, directory } = await book(1)
    await store.close()
    const database = new Database(join(directory, 'zwitness.db'))
    const names = (database.query('SELECT name FROM pragma_table_info(?)').all('audit') as { name: string }[]).map(
      ({ name }) => name,
    )
    database.close()
    expect(names.sort()).toEqual(
      [
        ...['action', 'actor', 'actor_kind', 'address', 'at', 'code', 'detail', 'hash', 'id', 'reason'],
        ...['request_id', 'result', 'role', 'target', 'user_agent'],
      ].sort(),
    )
  })

  test('takes a row out of the middle, or puts one in', async () => {
    const out = await book(4)
    out.tamper('DELETE FROM audit WHERE id = 2')
    expect(await faultsOf(out.store)).toEqual(['MISSING 2-2'])
    const inside = await book(2)
    inside.tamper('UPDATE audit SET id = 4 WHERE id = 2', `INSERT INTO audit SELECT 2, ${REST} FROM audit WHERE id = 1`)
    expect(await faultsOf(inside.store)).toEqual(['CHANGED 2-2', 'MISSING 3-3'])
  })

  test('cuts off the end: seen at once, and later too, when the witness has written on', async () => {
    const { tamper: change, reopened } = await book(5)
    change('DELETE FROM audit WHERE id > 3')
    const store = await reopened()
    expect(await faultsOf(store)).toEqual(['CUT_OFF 4-5'])
    await store.addAudit(entry(6))
    expect(await faultsOf(store)).toEqual(['MISSING 4-5'])
  })

  test('covers the traces of that too: the head that was copied elsewhere finds it', async () => {
    const { store: before, tamper: change, reopened } = await book(5)
    const head = await before.auditHead()
    if (head === null) throw new Error('There is no head.')
    change('DELETE FROM audit WHERE id > 3', "UPDATE sqlite_sequence SET seq = 3 WHERE name = 'audit'")
    const store = await reopened()
    expect(await faultsOf(store)).toEqual([])
    expect(await faultsOf(store, head)).toEqual(['HEAD_CUT_OFF 5-5'])
    expect(await faultsOf(store, { ...head, id: null })).toEqual(['HEAD_DIFFERS null-null'])
    // One without an id says nothing of another's row.
    expect(await faultsOf(store, { id: null, hash: 'f'.repeat(64) }, head)).toEqual([
      'HEAD_DIFFERS null-null',
      'HEAD_CUT_OFF 5-5',
    ])
    // The witness went on: now there is a row 5, and it is another.
    await store.addAudit(entry(7))
    await store.addAudit(entry(8))
    expect(await faultsOf(store, head)).toEqual(['HEAD_DIFFERS 5-5'])
  })

  test('takes rows away while the witness runs: it knows what it wrote last', async () => {
    const { store, tamper: change } = await book(5)
    change('DELETE FROM audit WHERE id > 3', "UPDATE sqlite_sequence SET seq = 3 WHERE name = 'audit'")
    expect(await faultsOf(store)).toEqual(['HEAD_CUT_OFF 5-5'])
  })
})

const REST =
  'at, actor_kind, actor, role, address, user_agent, request_id, action, target, reason, result, code, detail, hash'

describe('what policy repaired is forgotten in time', () => {
  const DAY = 86_400_000
  const NOW = 400 * DAY
  const retention: Config['retention'] = {
    ...{ uneventfulRunsDays: 90, scheduledChecksDays: 14, logsDays: 30, lagDays: 400, invocationsDays: 30 },
    ...{ repairsDays: 90, retiredDays: 90, historyDays: 400, backups: 7, logsBytes: 200 * 2 ** 20 },
  }
  async function pruned() {
    const { store, directory, reopened, tamper: change } = await book(0)
    for (let at = 0; at < 6; at++) await store.addAudit(at % 3 === 2 ? entry(at) : byPolicy(at))
    const days = Array.from({ length: 400 }, (_, day) => `(${day})`).join()
    change(`INSERT INTO lived_day (day) VALUES ${days}`)
    await store.prune(retention, NOW)
    return { store, directory, reopened, tamper: change }
  }

  test('and the chain goes on over it; what people did stays', async () => {
    const { store } = await pruned()
    expect((await store.audit({ limit: 9 })).items.map(({ id }) => id)).toEqual([6, 3])
    expect(await store.proveAudit([])).toMatchObject({ rows: 6, forgotten: 4, faults: [] })
    await store.addAudit(entry(9))
    expect(await store.proveAudit([])).toMatchObject({ rows: 7, head: { id: 7 }, faults: [] })
  })

  test('the newest row stays, whose ever it is: the next one follows on it', async () => {
    const { store } = await pruned()
    await store.addAudit(byPolicy(10))
    await store.prune(retention, NOW)
    expect((await store.audit({ limit: 9 })).items.map(({ id }) => id)).toEqual([7, 6, 3])
    await store.addAudit(entry(11))
    expect(await faultsOf(store)).toEqual([])
  })

  test('what a person did cannot be passed off as that', async () => {
    const { store, tamper: change } = await pruned()
    change(
      `INSERT INTO audit_forgotten (id, digest) VALUES (3, ${`x'${'ab'.repeat(16)}'`})`,
      'DELETE FROM audit WHERE id = 3',
    )
    expect(await faultsOf(store)).toEqual(['CHANGED 1-6'])
  })

  test('and what is left of it cannot be taken away', async () => {
    const { store, tamper: change } = await pruned()
    change('DELETE FROM audit_forgotten WHERE id = 4')
    expect(await faultsOf(store)).toEqual(['MISSING 4-4'])
  })
})

describe('a database from before', () => {
  test('is chained as it is, and says up to where', async () => {
    const directory = temporaryDirectory()
    const old = await openStore({ directory, migrations: MIGRATIONS.slice(0, 5) })
    await old.close()
    const columns = REST.replace(', hash', '')
    for (const id of [1, 4, 5])
      tamper(directory, [
        `INSERT INTO audit (id, ${columns}) VALUES (${id}, ${id}, 'session', 'alice', 'admin', NULL, NULL, NULL, 'login', 'alice', NULL, 'OK', NULL, '{}')`,
      ])
    const store = await openStore({ directory })
    const proof = await store.proveAudit([])
    expect(proof).toMatchObject({ rows: 4, adopted: { to: 5 }, head: { id: 6 }, faults: [] })
    const [said] = (await store.audit({ limit: 1 })).items
    expect(said).toMatchObject({ action: 'auditChained', actor: { name: 'upgrade' }, detail: { entries: 3, to: 5 } })
    tamper(directory, ["UPDATE audit SET actor = 'bob' WHERE id = 4"])
    expect(await faultsOf(store)).toEqual(['CHANGED 4-4'])
  })
})
