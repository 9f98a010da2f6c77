import { Database } from 'bun:sqlite'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Directories } from '#lib/app/settings.ts'
import { openSimulator, type Simulator } from '#simulator/admin-api.ts'
import { installSimulator } from '#simulator/install.ts'
import { installStandIn } from '#simulator/stand-in.ts'

const here = (name: string): string => join(import.meta.dir, name)
const unpacked = (name: string): string => Buffer.from(Bun.gunzipSync(readFileSync(here(name)))).toString()

interface SeenDataset {
  readonly id: string
  readonly retired: boolean
  readonly health: string
  readonly reasons: readonly string[]
  readonly delaySeconds: number | null
  readonly since: number | null
}

interface SanDataset {
  readonly name: string
  readonly guid: string
  readonly local: Record<string, string>
  readonly received: Record<string, string>
  readonly snapshots: readonly {
    readonly name: string
    readonly guid: string
    readonly txg: number
    readonly time: number
    readonly holds: readonly string[]
  }[]
  readonly bookmarks: readonly { readonly name: string; readonly guid: string }[]
}
type Sans = Readonly<
  Record<string, readonly { readonly pool: string; readonly txg: number; readonly datasets: readonly SanDataset[] }[]>
>

/** What the version that filled the database showed last, and when (epoch ms). */
export const SEEN: { readonly at: number; readonly views: readonly SeenDataset[] } = JSON.parse(
  readFileSync(here('seen.json'), 'utf8'),
)

/** The database as that version left it, in a file. */
export function writeOldDatabase(file: string): void {
  const database = new Database(file, { create: true })
  database.exec(`BEGIN; ${unpacked('database.sql.gz')} COMMIT;`)
  database.close()
}

export type Tables = ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>

/** Every row of every table of its own. */
export function tablesOf(file: string): Tables {
  const database = new Database(file, { readonly: true })
  const names = database
    .query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .values()
    .flat() as string[]
  const tables = new Map(names.map((name) => [name, database.query(`SELECT * FROM "${name}"`).all()]))
  database.close()
  return tables as Tables
}

/** The SANs as they were at that moment, and an `ssh` that reaches them by their ids. */
export async function startSans(directory: string, now: () => number): Promise<{ readonly ssh: string }> {
  mkdirSync(directory, { recursive: true })
  const sans: Sans = JSON.parse(unpacked('sans.json.gz'))
  const { binDir } = installSimulator({ directory, bunPath: process.execPath })
  const hosts: [string, { readonly environment: Record<string, string> }][] = []
  for (const [id, pools] of Object.entries(sans)) {
    const simulator = openSimulator(join(directory, id), now)
    simulator.batch(() => {
      for (const pool of pools) rebuild(simulator, pool)
    })
    simulator.misbehave({ clockOffsetSeconds: Math.round((now() - Date.now()) / 1000) })
    const environment = { PATH: `${binDir}:/usr/local/bin:/usr/bin:/bin`, ZWITNESS_SIM_DIR: simulator.directory }
    hosts.push([id, { environment }])
  }
  return { ssh: await installStandIn(directory, Object.fromEntries(hosts)) }
}

/** Same guids, same order of creation: to the witness these are the SANs that it knew. */
function rebuild(simulator: Simulator, { pool, txg, datasets }: Sans[string][number]): void {
  simulator.pool.create(pool, { sizeBytes: 1e12 })
  const { store } = simulator
  const record = store.allPools().find(({ name }) => name === pool)
  if (record === undefined) throw new Error(`There is no pool ${pool}.`)
  for (const { name, guid, local, received } of datasets)
    if (name !== pool) simulator.dataset.create(name, { guid, properties: { ...received, ...local } })
  const snapshots = datasets.flatMap((dataset) => dataset.snapshots.map((each) => ({ dataset: dataset.name, ...each })))
  for (const each of snapshots.toSorted((a, b) => a.txg - b.txg)) {
    record.txg = Math.max(record.txg, each.txg - 1)
    const name = `${each.dataset}@${each.name}`
    simulator.snapshot(name, { guid: each.guid, creation: each.time })
    for (const tag of each.holds) simulator.hold(name, tag)
  }
  for (const { name, bookmarks } of datasets)
    for (const mark of bookmarks) {
      const of = snapshots.find(({ dataset, guid }) => dataset === name && guid === mark.guid)
      if (of !== undefined) simulator.bookmark(`${name}@${of.name}`, mark.name)
    }
  record.txg = Math.max(record.txg, txg)
  store.touch(record)
}

/** Directories of a witness that wakes up on the old configuration and the old database. */
export async function oldHome(directory: string): Promise<Directories> {
  const home = { config: join(directory, 'config'), data: join(directory, 'data'), logs: join(directory, 'logs') }
  for (const each of Object.values(home)) mkdirSync(each, { recursive: true, mode: 0o700 })
  copyFileSync(here('app-config.yaml'), join(home.config, 'app-config.yaml'))
  writeOldDatabase(join(home.data, 'zwitness.db'))
  return home
}
