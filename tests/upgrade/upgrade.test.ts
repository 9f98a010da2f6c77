import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, openApp } from '#lib/app/app.ts'
import { openStore } from '#lib/db/open.ts'
import type { Memory } from '#lib/replication/types/verdict.ts'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'
import { oldHome, SEEN, startSans, type Tables, tablesOf, writeOldDatabase } from './fixture.ts'

/*
 * A configuration and a filled database of commit 8a7e740, and this version started on them (README.md beside this file
 * says how they were made). It stays for good: whatever becomes of the schema, of Memory and of the judge, what somebody
 * has at home must come up with the same history, without an alarm that is not true, and with delays right at first sight.
 */

const HOUR = 3600_000
/** An upgrade takes twenty minutes. */
const START = SEEN.at + 20 * 60_000

describe('the database', () => {
  test('every row of every table is there afterwards, with every value', async () => {
    const directory = temporaryDirectory()
    const file = join(directory, 'zwitness.db')
    writeOldDatabase(file)
    const before = tablesOf(file)
    const store = await openStore({ directory, now: () => START })
    expect(store.openedBecause).toBe('existing')
    await store.close()
    expect(lost(before, tablesOf(file))).toEqual([])
    expect([...before].map(([name, rows]) => [name, rows.length > 0])).toEqual(
      [...before.keys()].map((name) => [name, true]),
    )
    // A copy of it as it was, where the schema was changed.
    if (store.schemaVersion > 3)
      expect(readdirSync(directory).filter((name) => name.startsWith('zwitness.db.before-3-'))).toHaveLength(1)
  })
})

describe('the service', () => {
  let app: App
  let directory: string
  let before: Tables
  const began = Date.now()
  const now = () => START + Date.now() - began
  const sshBefore = process.env.ZWITNESS_SSH

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'zw-upgrade-'))
    const { ssh } = await startSans(join(directory, 'sans'), now)
    process.env.ZWITNESS_SSH = ssh
    const directories = await oldHome(directory)
    before = tablesOf(join(directories.data, 'zwitness.db'))
    const { privateKey } = generateKeyPairSync('ed25519')
    const key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
    writeFileSync(join(directories.config, 'id_ed25519'), key, { mode: 0o600 })
    writeFileSync(join(directories.config, 'known_hosts'), '')
    app = await openApp({ directories, role: 'command', now })
    const trigger = { type: 'schedule', actor: 'scheduler', role: 'system', address: null, userAgent: null } as const
    const scan = await app.services.engine.scan({
      scope: { kind: 'all' },
      enqueue: false,
      trigger: { ...trigger, requestId: null },
    })
    expect((await scan.done).state).toBe('SUCCEEDED')
  }, 300_000)

  afterAll(async () => {
    if (sshBefore === undefined) delete process.env.ZWITNESS_SSH
    else process.env.ZWITNESS_SSH = sshBefore
    await app.close(5000)
    rmSync(directory, { recursive: true, force: true })
  })

  const json = async (path: string, init?: RequestInit) => {
    const answer = await app.fetch(new Request(`http://127.0.0.1${path}`, init))
    return { status: answer.status, body: await answer.json() }
  }
  const view = (id: string) => {
    const found = app.services.engine.dataset(id)
    if (found === null) throw new Error(`There is no ${id} any more.`)
    return found
  }
  const codes = (id: string) => view(id).verdict.reasons.map(({ code }) => code)
  const hours = (id: string) => (view(id).verdict.delaySeconds ?? Number.NaN) / 3600
  const was = (id: string) => SEEN.views.find((each) => each.id === id)
  /** Of a row of the old database. */
  const old = (table: string, column: string, value: unknown) => {
    const row = before.get(table)?.find((each) => each[column] === value)
    if (row === undefined) throw new Error(`The fixture has no ${table} with ${column} ${value}.`)
    return row
  }
  const oldMemory = (id: string): Memory => JSON.parse(String(old('snapshot_state', 'dataset_id', id).memory))

  test('looks at every dataset of the old configuration, children too', () => {
    const unseen = app.services.engine
      .datasets()
      .filter(({ dataset, verdict }) => !dataset.retired && verdict.lastLookAt !== null && verdict.lastLookAt < START)
    expect(unseen.map(({ dataset }) => dataset.id)).toEqual([])
    const ids = app.services.engine.datasets().map(({ dataset }) => dataset.id)
    for (const { id, retired } of SEEN.views) if (!retired) expect(ids).toContain(id)
  })

  test('history is the same: runs, actions, what was shown of them, and what retired datasets had', async () => {
    const { store } = app.services
    for (const row of before.get('run') ?? []) {
      const run = await store.run(Number(row.id))
      expect([run?.kind, run?.state, run?.datasetId, run?.outcome, run?.trigger.actor, run?.keep]).toEqual([
        row.kind,
        row.state,
        row.dataset_id,
        row.outcome,
        row.actor,
        row.keep === 1,
      ] as never)
      expect(run?.plan ?? null).toEqual(row.plan === null ? null : JSON.parse(String(row.plan)))
    }
    const actions = before.get('action') ?? []
    for (const runId of new Set(actions.map((each) => Number(each.run_id))))
      expect(await store.actions(runId)).toHaveLength(actions.filter((each) => each.run_id === runId).length)
    const former = await json('/api/runs?datasetId=hqs8-hqs1.FORMER')
    expect(former.status).toBe(200)
    const chart = await store.lag('hqs8-hqs1.DAT1', 0, SEEN.at + 1, 1)
    expect(chart).toHaveLength(
      before.get('lag_point')?.filter((each) => each.dataset_id === 'hqs8-hqs1.DAT1').length ?? 0,
    )
    const made = await store.setAsideRuns(['hqs1p1/WRITTEN.zw-aside-20261124T081424Z'])
    expect([...made.values()].map(({ datasetId }) => datasetId)).toEqual(['hqs8-hqs1.WRITTEN'])
    expect((await store.verifications()).map(({ datasetId }) => datasetId).toSorted()).toEqual([
      'hqs10-hqs7.TREE.a',
      'hqs8-hqs1.DAT1',
      'hqs8-hqs1.DEAD',
    ])
  })

  test('the next run continues the numbers', async () => {
    const newest = Math.max(...(before.get('run') ?? []).map(({ id }) => Number(id)))
    const { items } = await app.services.store.runs({ limit: 1 })
    expect(items[0]?.id).toBeGreaterThan(newest)
  })

  test('people: users, sessions, tokens and the audit', async () => {
    const { store } = app.services
    expect((await store.users()).map(({ name, role }) => [name, role])).toEqual([
      ['anna', 'admin'],
      ['bert', 'operator'],
    ])
    const bearer = (id: string) => ({ headers: { authorization: `Bearer zwt_${id}_${id.repeat(5).slice(0, 48)}` } })
    expect((await json('/api/me', bearer('aaaaaaaaaa'))).body).toMatchObject({ name: 'monitoring', role: 'VIEWER' })
    expect((await json('/api/me', bearer('bbbbbbbbbb'))).status).toBe(401)
    expect((await json('/api/me', bearer('cccccccccc'))).status).toBe(401)
    const sessions = await store.sessions('anna')
    expect(sessions).toHaveLength(1)
    const anna = await store.user('anna')
    expect(await Bun.password.verify('correct horse battery', anna?.passwordHash ?? '')).toBe(true)
    const { items } = await store.audit({ limit: 50 })
    expect(items.map(({ action, result }) => `${action} ${result}`)).toEqual(
      expect.arrayContaining(['pause OK', 'repair FAILED', 'login REFUSED', 'userCreate OK', 'setup OK']),
    )
  })

  test('controls: what was paused is paused, what was acknowledged is', () => {
    expect(view('hqs8-hqs1.PAUSED').pause).toMatchObject({
      by: 'anna',
      reason: 'The array is being moved.',
      until: null,
    })
    expect(view('hqs8-hqs1.PAUSED').plan?.automatic.code).toBe('PAUSED')
    expect(view('hqs8-hqs1.KNOWN').ack).toMatchObject({ by: 'bert', reason: 'Known, ticket 4711.' })
  })

  test('no new alarm that is not true', () => {
    // What the old version could not see: DEAD has had nothing for twelve days, and three children of the tree have gone.
    // The primary of one that is there has taken no snapshot for thirteen days, where three are its limit.
    const rightly = new Set(['hqs8-hqs1.DEAD', 'hqs10-hqs7.TREE', 'hqs10-hqs7.TREE.c'])
    expect(codes('hqs10-hqs7.TREE.c')).toEqual(['PRIMARY_STOPPED', 'UP_TO_DATE'])
    const rank = { HEALTHY: 0, WARNING: 1, UNKNOWN: 2, BROKEN: 3 }
    const worse = app.services.engine.datasets().flatMap(({ dataset, verdict }) => {
      const then = was(dataset.id)
      if (then === undefined) return [`${dataset.id} is new`]
      if (rightly.has(dataset.id) || dataset.retired) return []
      return rank[verdict.health] > rank[then.health as keyof typeof rank]
        ? [`${dataset.id}: ${then.health} → ${verdict.health} ${codes(dataset.id).join(' ')}`]
        : []
    })
    expect(worse).toEqual([])
    for (const id of ['DAT1', 'ARCHIVE', 'WEEKLY', 'WRITTEN', 'DAT2'].map((name) => `hqs8-hqs1.${name}`))
      expect([id, view(id).verdict.health]).toEqual([id, was(id)?.health as never])
    for (const id of ['TREE.a', 'TREE.b', 'LARGE', 'OTHERS'].map((name) => `hqs10-hqs7.${name}`))
      expect([id, view(id).verdict.health]).toEqual([id, 'HEALTHY'])
  })

  test('no alarm is lost', () => {
    for (const name of ['REFUSED', 'DRY', 'PAUSED', 'KNOWN'])
      expect([name, view(`hqs8-hqs1.${name}`).verdict.health]).toEqual([name, 'BROKEN'])
    expect(codes('hqs8-hqs1.DAT2')).toContain('LAGGING')
  })

  test('delays are right at first sight', () => {
    const since = (START - SEEN.at) / HOUR
    const longer = (id: string) => (was(id)?.delaySeconds ?? Number.NaN) / 3600 + since
    // Behind, all of it still on the primary: the same moment as before.
    for (const name of ['DAT2', 'REFUSED', 'PAUSED', 'KNOWN'].map((each) => `hqs8-hqs1.${each}`)) {
      expect(hours(name)).toBeGreaterThanOrEqual(longer(name) - 0.01)
      expect(hours(name)).toBeLessThan(longer(name) + 0.5)
    }
    for (const name of ['hqs8-hqs1.DAT1', 'hqs8-hqs1.ARCHIVE', 'hqs8-hqs1.WEEKLY', 'hqs10-hqs7.TREE.a'])
      expect([name, hours(name)]).toEqual([name, 0])
  })

  test('a replication that has been dead for twelve days is BROKEN at the first check', () => {
    // The last common one is thirteen days old, and what followed it was pruned: at least its age less the usual day.
    expect(hours('hqs8-hqs1.DEAD')).toBeGreaterThan(11.5 * 24)
    expect(view('hqs8-hqs1.DEAD').verdict).toMatchObject({ health: 'BROKEN', reason: { code: 'LAG_CRITICAL' } })
  })

  test('what was learned over weeks is not forgotten', async () => {
    const memoryOf = async (id: string) => (await app.services.store.state(id))?.memory
    for (const { id, retired } of SEEN.views) {
      if (retired) continue
      const then = oldMemory(id)
      const memory = await memoryOf(id)
      // Nothing has moved on the SANs since.
      expect([id, memory?.common?.guid]).toEqual([id, then.common?.guid])
      expect([id, memory?.common?.backupGuid]).toEqual([id, then.common?.backupGuid])
      expect([id, memory?.commonSince]).toEqual([id, then.commonSince])
      expect([id, memory?.primary]).toEqual([id, then.primary])
      expect([id, memory?.prunings ?? []]).toEqual([id, then.prunings ?? []])
      // When each missing one was first seen missing is in `waiting` now.
      const seen = (memory?.waiting?.log ?? []).map(([, , seenAt]) => seenAt)
      for (const [guid, at] of Object.entries(then.firstMissing))
        expect([id, guid, seen.includes(at)]).toEqual([id, guid, true])
    }
    expect((await memoryOf('hqs10-hqs7.LARGE'))?.largeBlocks).toBe(true)
    expect((await memoryOf('hqs10-hqs7.OTHERS'))?.foreign).toMatchObject({ tool: 'syncoid' })
    // The status began when it began, not at the upgrade.
    for (const id of ['hqs8-hqs1.DAT2', 'hqs8-hqs1.ARCHIVE', 'hqs8-hqs1.PAUSED'])
      expect([id, view(id).since]).toEqual([id, was(id)?.since ?? null])
  })

  test('what is newly said is said by its name', () => {
    expect(codes('hqs10-hqs7.TREE')).toEqual(['RETIRED', 'UP_TO_DATE'])
  })

  test('children: those that are gone are still known as gone, with their backup', () => {
    const gone = app.services.engine.datasets().filter(({ dataset }) => dataset.retired)
    expect(gone.map(({ dataset }) => dataset.id)).toEqual(
      expect.arrayContaining(['hqs10-hqs7.TREE.gone1', 'hqs10-hqs7.TREE.gone2']),
    )
    expect(gone.every(({ plan }) => plan === null || plan.kind === 'NOTHING')).toBe(true)
  })
})

/** Rows and values of the old tables that the new ones do not have, a row by its key. */
function lost(before: Tables, after: Tables): readonly string[] {
  return [...before].flatMap(([table, rows]) => {
    const kept = after.get(table)
    if (kept === undefined) return [`the table ${table}`]
    const columns = Object.keys(rows[0] ?? {})
    const text = (row: Readonly<Record<string, unknown>>) =>
      JSON.stringify(columns.map((column) => row[column] ?? null))
    const missing = columns.filter((column) => kept.length > 0 && !(column in (kept[0] ?? {})))
    if (missing.length > 0) return missing.map((column) => `the column ${table}.${column}`)
    const there = new Set(kept.map(text))
    return rows.filter((row) => !there.has(text(row))).map((row) => `${table}: ${text(row).slice(0, 120)}`)
  })
}
