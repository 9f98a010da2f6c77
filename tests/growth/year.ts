import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditRepairs } from '#lib/app/news.ts'
import { createAudit } from '#lib/auth/audit.ts'
import { connect, disconnect } from '#lib/db/driver.ts'
import { openStore } from '#lib/db/open.ts'
import type { OpenedStore } from '#lib/db/store.ts'
import type { RunRecord } from '#lib/db/types.ts'
import { Bed } from '#tests/bed/bed.ts'

/*
 * A year of a witness that is the replicator itself: hourly snapshots, hourly checks, a repair of every dataset each hour.
 * What it writes is taken from the real engine on the bed, and then put into a real store over and over, as of each hour of
 * the year; each day the real pruning runs as it would at night.
 */

const HOUR = 3600_000
const DAY = 24 * HOUR

export interface Year {
  /** Of the database with all that belongs to it. */
  readonly bytes: number
  /** The largest it was, before a night's pruning. */
  readonly mostBytes: number
  readonly repairs: number
  readonly rows: Readonly<Record<string, number>>
  /** Milliseconds: opening it, and what `/readyz` asks of it; shown, never judged. */
  readonly openMs: number
  readonly checkMs: number
  readonly longestPruneMs: number
}

type Value = string | number | bigint | boolean | null | Uint8Array
type Template = readonly (readonly [column: string, value: Value])[]

interface Hour {
  readonly repair: Template
  readonly actions: readonly Template[]
  readonly scan: Template
  readonly logs: readonly Template[]
  readonly audit: Template
  readonly lag: Template
  readonly invocation: Template
  /** What stands in them, to be replaced. */
  readonly said: {
    readonly id: string
    readonly name: string
    readonly from: Snapshot
    readonly to: Snapshot
    /** Epoch ms at which it began. */
    readonly at: number
    readonly runId: number
    readonly scanId: number
  }
}
interface Snapshot {
  readonly name: string
  readonly guid: string
  readonly creation: number
}

const nameAt = (at: number): string => `auto-${new Date(at).toISOString().slice(0, 16).replace('T', '_')}`

/** What the engine writes in an hour in which one dataset is repaired. */
async function ordinaryHour(): Promise<Hour> {
  const hosts = [
    { id: 'hqs8', pool: 'hqs8p1' },
    { id: 'hqs1', pool: 'hqs1p1' },
  ]
  const mappings = [{ name: 'HQS8DAT000', primary: 'hqs8', backup: 'hqs1' }]
  const bed = await Bed.open({
    hosts,
    mappings,
    defaults: { auto_repair: true, repair_when: 'behind' },
    poolBytes: 1e12,
  })
  try {
    const { zfs } = bed.host('hqs8')
    const dataset = 'hqs8p1/HQS8DAT000'
    zfs.dataset.create(dataset)
    await bed.start()
    const taken: Snapshot[] = []
    const take = () => {
      const creation = Math.floor(bed.clock.now() / 1000)
      const name = nameAt(bed.clock.now())
      taken.push({ name, creation, guid: zfs.snapshot(`${dataset}@${name}`, { creation, bytes: 50_000 }) })
    }
    for (let hour = 0; hour < 30; hour++) {
      take()
      await bed.scan()
      await bed.clock.pass(HOUR)
    }
    const ended: RunRecord[] = (
      await bed.store.runs({ kind: ['REPAIR'], state: ['SUCCEEDED'], limit: 1 })
    ).items.slice()
    const [run] = ended
    const [from, to] = taken.slice(-2)
    if (run === undefined || from === undefined || to === undefined) throw new Error('The bed has repaired nothing.')
    // The audit is the app's, beside the engine.
    const audit = createAudit({
      store: bed.store,
      now: () => run.finishedAt ?? 0,
      log: quiet,
      config: () => bed.config,
    })
    auditRepairs(audit).run(run)
    const file = join(bed.directory, 'copy.db')
    await bed.store.copyTo(file)
    const database = connect(file)
    const rows = (query: string): Template[] =>
      (database.query(query).all() as Record<string, Value>[]).map((row) =>
        Object.entries(row).filter(([key]) => key !== 'id'),
      )
    const one = (query: string): Template => {
      const [row] = rows(query)
      if (row === undefined) throw new Error(`Nothing is written for: ${query}`)
      return row
    }
    const scan = one(`SELECT * FROM run WHERE kind = 'SCAN' AND id < ${run.id} ORDER BY id DESC LIMIT 1`)
    const scanId = (
      database.query(`SELECT max(id) AS id FROM run WHERE kind = 'SCAN' AND id < ${run.id}`).get() as { id: number }
    ).id
    const logs = bed.log
      .filter(({ level, fields }) => level !== 'debug' && fields.runId === run.id)
      .map(
        ({ at, level, message, fields: { runId, datasetId, host, ...rest } }): Template => [
          ['at', at],
          ['level', level],
          ['component', 'engine'],
          ['message', message],
          ['run_id', runId ?? null],
          ['dataset_id', datasetId ?? null],
          ['host', host ?? null],
          ['request_id', null],
          ['fields', JSON.stringify(rest)],
        ],
      )
    const hour: Hour = {
      repair: one(`SELECT * FROM run WHERE id = ${run.id}`),
      actions: rows(`SELECT * FROM action WHERE run_id = ${run.id}`),
      scan,
      logs,
      audit: one("SELECT * FROM audit WHERE action = 'repair' ORDER BY id DESC LIMIT 1"),
      lag: one('SELECT * FROM lag_point ORDER BY at DESC LIMIT 1'),
      invocation: [
        ['name', 'scan'],
        ['trigger_type', 'schedule'],
        ['actor', 'scheduler'],
        ['input', '{}'],
        ['state', 'SUCCEEDED'],
        ['started_at', run.queuedAt],
        ['finished_at', run.queuedAt + 2000],
        ['outcome', JSON.stringify({ runId: String(scanId) })],
        ['error', null],
      ],
      said: { id: 'hqs8-hqs1.HQS8DAT000', name: 'HQS8DAT000', from, to, at: run.queuedAt, runId: run.id, scanId },
    }
    disconnect(database)
    return hour
  } finally {
    await bed.close()
  }
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

/** Lives through it, in a directory of its own, and says how large it became. */
export async function liveThrough(
  datasets: number,
  days: number,
  /** Nights from one pruning to the next: fewer of them take less time and leave the database larger in between. */
  nights = 1,
  tell: (day: number, bytes: number) => void = () => {},
): Promise<Year> {
  const hour = await ordinaryHour()
  // Nothing here has to outlive a power cut.
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'zw-year-'))
  try {
    const names = Array.from({ length: datasets }, (_, n) => `HQS8DAT${String(n).padStart(3, '0')}`)
    const start = Date.UTC(2026, 0, 1)
    let now = start
    let store = await openStore({ directory, now: () => now })
    const { config } = await configFor(names)
    await store.syncConfig(config, now)
    const file = join(directory, 'zwitness.db')
    let mostBytes = 0
    let longestPruneMs = 0
    for (let day = 0; day < days; day++) {
      writeDay(file, hour, names, start + day * DAY)
      now = start + (day + 1) * DAY
      mostBytes = Math.max(mostBytes, await store.sizeBytes())
      if ((day + 1) % nights !== 0) continue
      const began = performance.now()
      await store.prune(config.retention, now)
      longestPruneMs = Math.max(longestPruneMs, performance.now() - began)
      tell(day + 1, await store.sizeBytes())
    }
    await store.close()
    const opening = performance.now()
    store = await openStore({ directory, now: () => now })
    const opened = performance.now()
    await store.check()
    const checked = performance.now()
    const rows = await countsOf(store, file)
    await store.close()
    return {
      bytes: statSync(file).size,
      mostBytes,
      repairs: datasets * days * 24,
      rows,
      openMs: opened - opening,
      checkMs: checked - opened,
      longestPruneMs,
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function configFor(names: readonly string[]) {
  const { configOf } = await import('#tests/bed/config.ts')
  const hosts = [
    { id: 'hqs8', pool: 'hqs8p1' },
    { id: 'hqs1', pool: 'hqs1p1' },
  ]
  return { config: configOf({ hosts, mappings: names.map((name) => ({ name, primary: 'hqs8', backup: 'hqs1' })) }, 0) }
}

async function countsOf(store: OpenedStore, file: string): Promise<Year['rows']> {
  void store
  const database = connect(file)
  const count = (table: string) => (database.query(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n
  const tables = ['run', 'action', 'run_archive', 'lag_point', 'log', 'invocation', 'audit']
  const rows = Object.fromEntries(tables.map((table) => [table, count(table)]))
  disconnect(database)
  return rows
}

/** A day of it in one transaction: the same rows, as of each of its hours and for each dataset. */
function writeDay(file: string, hour: Hour, names: readonly string[], day: number): void {
  const database = connect(file)
  database.run('PRAGMA synchronous = OFF')
  const nextOf = (table: string) =>
    ((database.query(`SELECT seq FROM sqlite_sequence WHERE name = '${table}'`).get() as { seq: number } | null)?.seq ??
      0) + 1
  const inserts = new Map<string, ReturnType<typeof database.prepare>>()
  const insert = (table: string, row: Template) => {
    const key = `${table}:${row.map(([column]) => column).join()}`
    let statement = inserts.get(key)
    if (statement === undefined) {
      const columns = row.map(([column]) => `"${column}"`).join(', ')
      statement = database.prepare(`INSERT INTO ${table} (${columns}) VALUES (${row.map(() => '?').join(', ')})`)
      inserts.set(key, statement)
    }
    statement.run(...row.map(([, value]) => value))
  }
  database.run('BEGIN')
  let runId = nextOf('run')
  const forAll = JSON.stringify({ scan: hour.scan, invocation: hour.invocation })
  const forEach = JSON.stringify({
    repair: hour.repair,
    actions: hour.actions,
    logs: hour.logs,
    audit: hour.audit,
    lag: hour.lag,
  })
  for (let at = day; at < day + DAY; at += HOUR) {
    const scanId = runId++
    const all = moved<{ scan: Template; invocation: Template }>(hour, forAll, {
      at,
      name: names[0] ?? '',
      runId: scanId,
      scanId,
    })
    insert('run', [['id', scanId], ...all.scan])
    insert('invocation', all.invocation)
    for (const name of names) {
      const id = runId++
      const own = moved<Pick<Hour, 'repair' | 'actions' | 'logs' | 'audit' | 'lag'>>(hour, forEach, {
        at,
        name,
        runId: id,
        scanId,
      })
      insert('run', [['id', id], ...own.repair])
      for (const action of own.actions) insert('action', action)
      for (const line of own.logs) insert('log', line)
      insert('audit', own.audit)
      insert('lag_point', own.lag)
    }
  }
  database.run('COMMIT')
  for (const statement of inserts.values()) statement.finalize()
  disconnect(database)
}

interface AsOf {
  readonly at: number
  readonly name: string
  readonly runId: number
  readonly scanId: number
}

/** Only what differs from hour to hour and from dataset to dataset: names, guids, times, numbers of runs. */
function moved<T>({ said }: Hour, rows: string, { at, name, runId, scanId }: AsOf): T {
  const by = at - said.at
  const text = rows
    .replaceAll(said.name, name)
    .replaceAll(said.from.name, nameAt(at - HOUR))
    .replaceAll(said.to.name, nameAt(at))
    .replaceAll(said.from.guid, guidAt(name, at - HOUR))
    .replaceAll(said.to.guid, guidAt(name, at))
    .replaceAll(String(said.from.creation), String((at - HOUR) / 1000))
    .replaceAll(String(said.to.creation), String(at / 1000))
    .replaceAll(`run ${said.scanId}`, `run ${scanId}`)
    .replaceAll(`\\"${said.runId}\\"`, `\\"${runId}\\"`)
    .replaceAll(`["run_id",${said.runId}]`, `["run_id",${runId}]`)
  // Moments of that hour; a byte count is far from any.
  return JSON.parse(text, (_, value) =>
    typeof value === 'number' && Math.abs(value - said.at) < 4 * HOUR ? value + by : value,
  ) as T
}

function guidAt(name: string, at: number): string {
  const hash = Bun.hash.wyhash(`${name} ${at}`)
  return String(hash)
}

if (import.meta.main) {
  const [datasets = '200', days = '365'] = process.argv.slice(2)
  const began = performance.now()
  const year = await liveThrough(Number(datasets), Number(days), 1, (day, bytes) => {
    if (day % 10 === 0) console.log(`day ${day}: ${(bytes / 1e6).toFixed(1)} MB`)
  })
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  console.log(
    `${datasets} datasets, ${days} days, ${year.repairs} repairs: ${megabytes(year.bytes)}, at most ${megabytes(year.mostBytes)}.`,
  )
  console.log(
    `Opening it ${year.openMs.toFixed(0)} ms, the probe of /readyz ${year.checkMs.toFixed(1)} ms, the longest night's pruning ${(year.longestPruneMs / 1000).toFixed(1)} s.`,
  )
  console.log(year.rows, `${((performance.now() - began) / 1000).toFixed(0)} s`)
}
