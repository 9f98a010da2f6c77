import type { Config, HostConfig } from '#config/effective.ts'
import type { Monitored } from '#lib/engine/monitored.ts'
import type { HostReading, HostWant, Sans } from '#lib/engine/ports.ts'
import { filterOf } from '#lib/replication/compare.ts'
import type { PresentSide, Side } from '#lib/replication/types/inventory.ts'
import type { Ssh } from '#lib/ssh/types.ts'
import { parseOwnProperties, parseProperties } from '#lib/zfs/answers.ts'
import { poolOf } from '#lib/zfs/names.ts'
import { type PoolStatus, parsePoolStatus, parseZoneOffset } from '#lib/zfs/pool.ts'
import { getProperties, listOwnProperties, poolStatus } from '#lib/zfs/read-commands.ts'
import { noRestore, restoreOf } from './restore.ts'
import type { Restore, Verification, VerificationFinding } from './types.ts'
import { compareHistories, judgeVerification, newestCommonBefore } from './verdict.ts'

interface VerifyParts {
  readonly config: () => Config
  readonly sans: Pick<Sans, 'read'>
  readonly ssh: Ssh
  readonly limits: () => { readonly silenceMs: number; readonly timeoutMs: number }
  readonly now: () => number
}

/** Is this backup what it says it is, and could it be restored? Reads both sides afresh; writes to neither. */
export async function verify(parts: VerifyParts, dataset: Monitored, signal?: AbortSignal): Promise<Verification> {
  const { primary: from, backup: to } = dataset.mapping
  const readings = await parts.sans.read(wants(from, to), { mode: 'fresh', signal })
  const [primary, backup] = [sideOf(readings, from), sideOf(readings, to)]
  const hosts = { primary: hostOf(parts, from.host), backup: hostOf(parts, to.host) }
  const now = parts.now()

  const before = [
    ...unreadable(primary, `${from.host}:${from.dataset}`, 'primary'),
    ...unreadable(backup, `${to.host}:${to.dataset}`, 'backup'),
  ]
  const reading = readings.get(from.host)
  const primaryNow = now / 1000 + ((reading?.reached === true ? reading.skewSeconds : null) ?? 0)
  const history =
    primary.state === 'present' && backup.state === 'present'
      ? compareHistories(primary, backup, filterOf(dataset.config.policy), primaryNow)
      : null
  const there = backup.state === 'present' ? await askBackup(parts, hosts.backup, to.dataset, backup, signal) : null
  const own = primary.state === 'present' ? await ownProperties(parts, hosts.primary, from.dataset, signal) : null
  const judged = judgeVerification({
    before,
    history,
    backup: backup.state === 'present' ? backup.facts : null,
    backupName: `${to.host}:${to.dataset}`,
    poolName: poolOf(to.dataset),
    poolStatus: there?.status ?? null,
    datasetId: dataset.id,
    now,
    newestBefore: (seconds) =>
      primary.state === 'present' && backup.state === 'present' ? newestCommonBefore(primary, backup, seconds) : null,
  })
  const restore = restoreFrom()
  return { datasetId: dataset.id, at: now, ...judged, history, restore }

  function restoreFrom(): Restore {
    if (backup.state === 'missing') return noRestore(false, 'There is no backup.')
    if (backup.state !== 'present') return noRestore(null, 'The backup could not be read.')
    const wanted = history?.newest?.guid
    const newest = backup.snapshots.toSorted((a, b) => (a.createtxg < b.createtxg ? 1 : -1))
    const snapshot = newest.find(({ guid }) => guid === wanted) ?? newest[0]
    if (snapshot === undefined) return noRestore(false, 'The backup has no snapshot, so nothing of it can be sent.')
    return restoreOf({
      primary: { host: hosts.primary, dataset: from.dataset },
      backup: { host: hosts.backup, dataset: to.dataset, side: backup },
      snapshot,
      details: there?.details ?? new Map(),
      properties: own,
      now,
    })
  }
}

type Place = { readonly host: string; readonly dataset: string }

function wants(...places: readonly Place[]): readonly HostWant[] {
  return [...Map.groupBy(places, ({ host }) => host)].map(([host, own]) => ({
    host,
    datasets: own.map(({ dataset }) => ({ name: dataset, recursive: false })),
  }))
}

function sideOf(readings: ReadonlyMap<string, HostReading>, { host, dataset }: Place): Side {
  const reading = readings.get(host)
  if (reading?.reached === false) return { state: 'unknown', fault: reading.fault }
  const side = reading?.sides.get(dataset)
  if (side !== undefined) return side
  const message = `${host} did not answer for ${dataset}.`
  return { state: 'unknown', fault: { host, kind: 'lost', reason: 'NOT_CHECKED', message, retryable: true } }
}

function unreadable(side: Side, name: string, role: 'primary' | 'backup'): readonly VerificationFinding[] {
  if (side.state === 'present') return []
  const cure = 'zwitness doctor says what is in the way.'
  if (side.state === 'unknown')
    return [
      { code: 'NOT_COMPARED', state: 'UNKNOWN', message: `${name} could not be read: ${side.fault.message}`, cure },
    ]
  if (side.state === 'pool-unavailable')
    return [{ code: 'POOL', state: 'UNKNOWN', message: `Pool ${side.pool} of ${name} is ${side.health}.`, cure }]
  return role === 'backup'
    ? [{ code: 'NO_BACKUP', state: 'FAILED', message: `${name} does not exist: there is no backup.`, cure: null }]
    : [
        {
          code: 'NOT_COMPARED',
          state: 'UNKNOWN',
          message: `${name} does not exist, so there is nothing to compare the backup with.`,
          cure: 'If it is lost, the restore command below brings it back.',
        },
      ]
}

const DETAILS = ['keyformat', 'keylocation'] as const

async function askBackup(
  parts: VerifyParts,
  host: HostConfig,
  dataset: string,
  side: PresentSide,
  signal?: AbortSignal,
): Promise<{ readonly status: PoolStatus | null; readonly details: ReadonlyMap<string, string> }> {
  const names = side.facts.type === 'volume' ? [...DETAILS, 'volsize'] : DETAILS
  const batch = await parts.ssh.batch(
    host.id,
    [
      { id: 'zone', argv: ['date', '+%z'] },
      { id: 'status', argv: poolStatus(host.zfsCommand, poolOf(dataset)) },
      { id: 'details', argv: getProperties(host.zfsCommand, dataset, names) },
    ],
    { ...parts.limits(), signal },
  )
  const out = (id: string): string | null => {
    const result = batch.results.get(id)
    return result?.exitCode === 0 ? result.stdout : null
  }
  const status = out('status')
  const listing = parseProperties(out('details') ?? '', names)
  return {
    status: status === null ? null : parsePoolStatus(status, parseZoneOffset(out('zone') ?? '') ?? 0),
    details:
      listing.fault === null ? new Map([...listing.properties].map(([name, { value }]) => [name, value])) : new Map(),
  }
}

/** Names first, then the values of the native ones: a user property's value could forge rows. */
async function ownProperties(
  { ssh, limits }: VerifyParts,
  host: HostConfig,
  dataset: string,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, string>> | null> {
  const ask = async (argv: readonly string[]): Promise<string | null> => {
    const batch = await ssh.batch(host.id, [{ id: 'own', argv }], { ...limits(), signal })
    const result = batch.results.get('own')
    return result?.exitCode === 0 ? result.stdout : null
  }
  const listed = await ask(listOwnProperties(host.zfsCommand, [dataset]))
  const names = listed === null ? null : (parseOwnProperties(listed, [dataset])?.get(dataset) ?? null)
  if (names === null) return null
  const wanted = names.filter((name) => /^[a-z0-9_]+$/.test(name) && !COMES_ALONG.has(name))
  if (wanted.length === 0) return {}
  const values = await ask(getProperties(host.zfsCommand, dataset, wanted))
  const listing = values === null ? null : parseProperties(values, wanted)
  if (listing === null || listing.fault !== null) return null
  return Object.fromEntries([...listing.properties].map(([name, { value }]) => [name, value]))
}

/** Part of the stream, or of the dataset itself. */
const COMES_ALONG: ReadonlySet<string> = new Set([
  'volsize',
  'volblocksize',
  'encryption',
  'keyformat',
  'keylocation',
  'pbkdf2iters',
  'casesensitivity',
  'normalization',
  'utf8only',
  'version',
])

function hostOf({ config }: VerifyParts, id: string): HostConfig {
  const host = config().hosts.get(id)
  if (host === undefined) throw new Error(`The host ${id} is not in the configuration; reload it.`)
  return host
}
