import type { ReadConfig } from '#config/read.ts'
import { aboutThis } from '#lib/app/about.ts'
import { hostname } from '#lib/host/environment.ts'
import { fileFacts, isNotFound, listDirectory } from '#lib/host/files.ts'
import { iso } from '#lib/text/words.ts'
import type { Names } from '#lib/upkeep/bundle/names.ts'
import type { DatasetSummaryView, LogView, RunView, TokenView, UserView } from './answers.ts'
import type { Context } from './command.ts'
import { type Connection, type Query, readPages } from './connection.ts'
import { Failure } from './failure.ts'

// What goes into a bundle for whoever is asked for help: through the API, so that it is what the role may see.

/** What a person reads beside each file. */
export interface BundlePart {
  readonly name: string
  readonly about: string
  readonly document: unknown
}

const LOG_LINES = 2000
const RUNS = 200
/** Every pair is tried; a SAN that hangs takes its time. */
const EXAMINATION_MS = 35 * 60_000

interface Source {
  readonly name: string
  readonly about: string
  read(connection: Connection): Promise<unknown>
}

const SOURCES: readonly Source[] = [
  { name: 'version.json', about: 'versions of the service', read: (api) => api.get('/api/version') },
  {
    name: 'status.json',
    about: 'how everything stands, and warnings of the witness',
    read: (api) => api.get('/api/status'),
  },
  {
    name: 'config.json',
    about: 'the configuration in force, secrets masked, and its faults',
    read: (api) => api.get('/api/config'),
  },
  {
    name: 'datasets.json',
    about: 'every dataset with its status and reason',
    read: (api) => all<DatasetSummaryView>(api, '/api/datasets', 10_000),
  },
  {
    name: 'runs.json',
    about: `the newest ${RUNS} runs and what came of them`,
    read: (api) => all<RunView>(api, '/api/runs', RUNS),
  },
  {
    name: 'incidents.json',
    about: 'incidents that are open, and the newest that were',
    read: (api) => api.get('/api/incidents', { limit: 200 }),
  },
  { name: 'maintenance.json', about: 'pauses and acknowledgements', read: (api) => api.get('/api/maintenance') },
  {
    name: 'notifications.json',
    about: 'channels, and whether messages arrive',
    read: (api) => api.get('/api/notifications'),
  },
  { name: 'functions.json', about: 'jobs, and when they run', read: (api) => api.get('/api/functions') },
  {
    name: 'database.json',
    about: 'size, schema, rows of each table, integrity, backups',
    read: (api) => api.get('/api/database', {}, { timeoutMs: EXAMINATION_MS }),
  },
  {
    name: 'logs.json',
    about: `the newest ${LOG_LINES} lines of the log`,
    read: (api) => all<LogView>(api, '/api/logs', LOG_LINES),
  },
  {
    name: 'doctor.json',
    about: 'what the doctor finds',
    read: (api) => api.post('/api/functions/doctor', {}, { timeoutMs: EXAMINATION_MS }),
  },
]

const PAGE = 200

async function all<T>(connection: Connection, path: string, most: number, query: Query = {}): Promise<readonly T[]> {
  return (await readPages<T>(connection, path, query, { most, pageSize: PAGE })).items
}

interface Collected {
  readonly parts: readonly BundlePart[]
  /** What could not be had, and why. */
  readonly missing: readonly Missing[]
  readonly names: Names
  /** Where names come from that could not be had: what holds them cannot be made anonymous. */
  readonly unnamed: readonly Missing[]
}

interface Missing {
  readonly name: string
  readonly why: string
}

/** What cannot be had is said in its place; a bundle is asked for when something does not work. */
export async function collect(context: Context, read: ReadConfig, withDoctor: boolean): Promise<Collected> {
  const parts: BundlePart[] = [await machine(context)]
  const missing: Missing[] = []
  const connection = await context.connect().catch((error: unknown) => {
    missing.push({ name: 'all that only the service knows', why: wordsOf(error) })
    parts.push({
      name: 'config-check.json',
      about: 'what is wrong with the configuration',
      document: { faults: read.loaded.faults ?? [] },
    })
    return null
  })
  for (const { name, about, read: ask } of connection === null ? [] : SOURCES) {
    if (name === 'doctor.json' && !withDoctor) continue
    try {
      parts.push({ name, about, document: await ask(connection as Connection) })
    } catch (error) {
      // What stands at an address that was typed may be no zwitness at all.
      const isStrange = connection?.kind === 'url' && name === 'version.json'
      if (context.interrupts.signal.aborted || isStrange) throw error
      missing.push({ name, why: wordsOf(error) })
    }
  }
  const accounts = await accountsOf(connection)
  const faulty = read.loaded.faults !== undefined && read.text !== null
  const unnamed = [
    ...missing.filter(({ name }) => name === 'datasets.json' || name === 'config.json'),
    ...(faulty ? [{ name: read.file, why: 'It has faults, so what is a name in it is not known.' }] : []),
    ...accounts.missing,
  ]
  return { parts, missing, names: namesOf(accounts.names, read, parts), unnamed }
}

/** Names of users and tokens, which stand in what people did. */
async function accountsOf(connection: Connection | null): Promise<{ names: string[]; missing: Missing[] }> {
  const names: string[] = []
  const missing: Missing[] = []
  for (const path of connection === null ? [] : ['/api/users', '/api/tokens']) {
    try {
      const items = await all<UserView | TokenView>(connection as Connection, path, 10_000)
      names.push(...items.map(({ name }) => name))
    } catch (error) {
      missing.push({ name: path, why: wordsOf(error) })
    }
  }
  return { names, missing }
}

function wordsOf(error: unknown): string {
  if (error instanceof Failure) return [error.message, ...error.lines].join('\n')
  return error instanceof Error ? error.message : String(error)
}

/** Of the machine that the command runs on. */
async function machine({ settings, io }: Context): Promise<BundlePart> {
  const { dataDirectory, configDirectory, url } = settings
  const files = async (directory: string) => {
    let names: readonly string[]
    try {
      names = await listDirectory(directory)
    } catch (error) {
      return { directory, files: null, why: isNotFound(error) ? 'It is not there.' : wordsOf(error) }
    }
    const facts = await Promise.all(names.map((name) => fileFacts(`${directory}/${name}`).catch(() => null)))
    return {
      directory,
      files: names.map((name, at) => ({
        name,
        bytes: facts[at]?.sizeBytes ?? null,
        mode: facts[at]?.mode.toString(8) ?? null,
        uid: facts[at]?.uid ?? null,
        modifiedAt: facts[at] ? iso(facts[at].modifiedAtMs) : null,
      })),
    }
  }
  const { version, commit, bun } = aboutThis({ bootId: '', startedAt: 0, demo: false })
  return {
    name: 'machine.json',
    about: 'this machine, this program, names and sizes of the files of the witness',
    document: {
      at: iso(io.now()),
      zwitness: { version, commit, bun },
      system: { platform: process.platform, arch: process.arch, uid: process.getuid?.() ?? null },
      hostname: hostname(),
      elsewhere: url,
      config: await files(configDirectory),
      data: await files(dataDirectory),
      backups: await files(`${dataDirectory}/backups`),
    },
  }
}

/** Every name that is known of this installation, from wherever it is known. */
function namesOf(accounts: readonly string[], read: ReadConfig, parts: readonly BundlePart[]): Names {
  const datasets = (parts.find(({ name }) => name === 'datasets.json')?.document ?? []) as readonly DatasetSummaryView[]
  const config = read.loaded.config
  const hosts = [...(config?.hosts.values() ?? [])]
  const rows = rowsOf(parts)
  return {
    hosts: [
      ...hosts.map(({ id, hostname: name }) => ({ id, hostname: name })),
      ...rows.flatMap(({ path: [kind, id = '', key], value }) =>
        kind === 'san_hosts' && key === 'hostname' ? [{ id, hostname: String(value) }] : [],
      ),
    ],
    datasets: [
      ...datasets.flatMap(({ pair }) => [pair.primary.dataset, pair.backup.dataset]),
      ...(config?.datasets.flatMap(({ primary, backup }) => [primary.dataset, backup.dataset]) ?? []),
    ],
    pairs: [...datasets.map(({ pair }) => pair.name), ...(config?.pairs.map(({ name }) => name) ?? [])],
    users: [
      ...accounts,
      ...hosts.map(({ sshUser }) => sshUser),
      ...rows.flatMap(({ path, value }) =>
        path.at(-1) === 'ssh_user' ? [String(value)] : path[0] === 'auth' && path[1] === 'users' ? [path[2] ?? ''] : [],
      ),
    ],
    channels: config?.notifications.channels.map(({ name }) => name) ?? [],
    machines: [
      hostname(),
      ...rows.flatMap(({ path, value }) => (path.join('.') === 'server.public_url' ? hostOf(String(value)) : [])),
      ...rows.flatMap(({ path, value }) =>
        path.join('.') === 'server.allowed_hosts' && Array.isArray(value) ? value.map(String) : [],
      ),
    ],
  }
}

/** The values of the configuration that is in force, by their places. */
function rowsOf(
  parts: readonly BundlePart[],
): readonly { readonly path: readonly string[]; readonly value: unknown }[] {
  const document = parts.find(({ name }) => name === 'config.json')?.document as
    | { readonly effective: { readonly values: readonly { readonly path: string; readonly value: unknown }[] } }
    | undefined
  return document?.effective.values.map(({ path, value }) => ({ path: path.split('.'), value })) ?? []
}

function hostOf(url: string): readonly string[] {
  return URL.canParse(url) ? [new URL(url).hostname] : []
}
