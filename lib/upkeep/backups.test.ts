import { beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { examine } from '#lib/db/examine.ts'
import { openStore } from '#lib/db/open.ts'
import type { OpenedStore } from '#lib/db/store.ts'
import { afterThisTest } from '#tests/endings/after-this-test.ts'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'
import { type BackupState, type Backups, createBackups } from './backups.ts'

setDefaultTimeout(120_000)

const DAY = 86_400_000
let data: string
let store: OpenedStore
let now = Date.UTC(2026, 10, 22, 23, 30)

beforeEach(async () => {
  data = temporaryDirectory()
  now = Date.UTC(2026, 10, 22, 23, 30)
  store = await openStore({ directory: data })
  afterThisTest(() => store.close())
})

const folder = (): string => join(data, 'backups')
const open = (
  change: { kept?: number; zone?: string; lastFailure?: BackupState['failure']; leaveBytes?: number } = {},
): Promise<Backups> =>
  createBackups({
    database: join(data, 'zwitness.db'),
    directory: folder(),
    kept: () => change.kept ?? 7,
    zone: () => change.zone ?? 'UTC',
    now: () => now,
    lastFailure: change.lastFailure ?? null,
    leaveBytes: change.leaveBytes,
  })

/** Copies of earlier nights, as far as names and times go. */
function earlier(days: number): void {
  mkdirSync(folder(), { recursive: true })
  for (let ago = 1; ago <= days; ago++) {
    const at = new Date(now - ago * DAY)
    const path = join(folder(), `zwitness-${at.toISOString().slice(0, 10)}.sqlite`)
    writeFileSync(path, 'an older one')
    utimesSync(path, at, at)
  }
}

describe('the nightly copy', () => {
  test('is whole, closed to others, and named after the day of the zone', async () => {
    const run = {
      kind: 'SCAN',
      datasetId: null,
      scope: {},
      reason: null,
      planId: null,
      plan: null,
      keep: true,
    } as const
    const trigger = { type: 'schedule', actor: 's', role: 'system', address: null, userAgent: null } as const
    await store.createRun({ ...run, trigger: { ...trigger, requestId: null, actorKind: 'schedule' }, now })
    const backups = await open({ zone: 'Europe/Berlin' })
    const { file, bytes, removed } = await backups.nightly()
    expect(file).toBe(join(folder(), 'zwitness-2026-11-23.sqlite'))
    expect(removed).toEqual([])
    expect(statSync(file)).toMatchObject({ size: bytes })
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
    expect((statSync(folder()).mode & 0o777).toString(8)).toBe('700')
    expect(await examine(file)).toMatchObject({ sound: true, witnessId: store.witnessId, runs: 1 })
    expect(backups.state()).toMatchObject({ files: [{ name: 'zwitness-2026-11-23.sqlite', bytes }], failure: null })
    expect(readdirSync(folder())).toEqual(['zwitness-2026-11-23.sqlite'])
  })

  test('takes the place of one of the same day; of the others the newest stay', async () => {
    earlier(9)
    writeFileSync(join(folder(), 'mine.sqlite'), 'not ours to remove')
    const backups = await open({ kept: 3 })
    expect(backups.state().files).toHaveLength(9)
    expect((await backups.nightly()).removed).toHaveLength(7)
    expect((await backups.nightly()).removed).toEqual([])
    expect(readdirSync(folder()).sort()).toEqual([
      'mine.sqlite',
      'zwitness-2026-11-20.sqlite',
      'zwitness-2026-11-21.sqlite',
      'zwitness-2026-11-22.sqlite',
    ])
  })

  test('never goes itself, whatever the names of the others say', async () => {
    mkdirSync(folder())
    for (const day of [1, 2, 3]) writeFileSync(join(folder(), `zwitness-2099-01-0${day}.sqlite`), 'of a wrong clock')
    await (await open({ kept: 1 })).nightly()
    expect(readdirSync(folder())).toEqual(['zwitness-2026-11-22.sqlite'])
  })

  test('where it fails all older ones stay, it is known, and the next one that works says so', async () => {
    earlier(3)
    const backups = await open({ kept: 1 })
    // In the way of the rename.
    mkdirSync(join(folder(), 'zwitness-2026-11-22.sqlite', 'in-the-way'), { recursive: true })
    await expect(backups.nightly()).rejects.toThrow()
    expect(backups.state().failure).toMatchObject({ at: now })
    expect(readdirSync(folder())).toHaveLength(4)
    now += DAY
    await backups.nightly()
    expect(backups.state().failure).toBeNull()
  })

  test('what a killed process left unfinished is removed at the start; what failed then is remembered until a newer one', async () => {
    earlier(2)
    writeFileSync(join(folder(), '.unfinished-x'), 'half')
    const failure = { at: now - DAY / 2, message: 'No room.' }
    const backups = await open({ lastFailure: failure })
    expect(readdirSync(folder()).filter((name) => name.startsWith('.'))).toEqual([])
    expect(backups.state().failure).toEqual(failure)
    expect((await open({ lastFailure: { ...failure, at: now - 5 * DAY } })).state().failure).toBeNull()
  })

  test('a disk that would be full by it is left alone', async () => {
    earlier(2)
    const backups = await open({ kept: 1, leaveBytes: 2 ** 60 })
    await expect(backups.nightly()).rejects.toMatchObject({ kind: 'full' })
    await expect(backups.copy()).rejects.toMatchObject({ kind: 'full' })
    expect(backups.state().failure?.message).toMatch(/^[\d.]+ .iB are free in .*, and a copy of the database needs/)
    expect(readdirSync(folder())).toHaveLength(2)
  })

  test('one that is stopped is no failure and leaves nothing', async () => {
    const backups = await open()
    const stop = new AbortController()
    const ended = backups.nightly(stop.signal)
    stop.abort()
    await expect(ended).rejects.toMatchObject({ name: 'StoreError' })
    expect(backups.state().failure).toBeNull()
    expect(readdirSync(folder())).toEqual([])
  })

  test('damage in the database is found, and no copy of it takes the place of a good one', async () => {
    earlier(1)
    const line = { at: 1, level: 'info', component: 'c', message: 'm'.repeat(900), runId: null } as const
    const rest = { datasetId: null, host: null, requestId: null, fields: {} } as const
    await store.addLogs(Array.from({ length: 2000 }, () => ({ ...line, ...rest })))
    await store.close()
    const file = join(data, 'zwitness.db')
    const bytes = readFileSync(file)
    bytes.fill(0x78, bytes.length / 2, bytes.length / 2 + 40 * 4096)
    writeFileSync(file, bytes)
    const backups = await open({ kept: 1 })
    await expect(backups.nightly()).rejects.toMatchObject({ kind: 'corrupt' })
    expect(backups.state().failure?.message).toContain('damaged')
    expect(readdirSync(folder())).toEqual(['zwitness-2026-11-21.sqlite'])
    expect(await backups.facts()).toMatchObject({ integrity: expect.stringContaining('page'), tables: [] })
  })
})

test('a copy to carry elsewhere: all of it, and nothing of it is left, read or not', async () => {
  const backups = await open()
  const { bytes, stream } = await backups.copy()
  const elsewhere = join(data, 'elsewhere')
  writeFileSync(elsewhere, await new Response(stream).bytes())
  expect(statSync(elsewhere).size).toBe(bytes)
  expect(await examine(elsewhere)).toMatchObject({ sound: true, witnessId: store.witnessId })
  expect(readdirSync(folder())).toEqual([])
  await (await backups.copy()).stream.cancel()
  const [one, other] = await Promise.allSettled([backups.copy(), backups.copy()])
  expect(one.status).toBe('fulfilled')
  expect(other).toMatchObject({ status: 'rejected', reason: { kind: 'busy' } })
  if (one.status === 'fulfilled') await one.value.stream.cancel()
  expect(readdirSync(folder())).toEqual([])
})
