import { isEligible } from '#lib/replication/compare.ts'
import type { PresentSide, SnapshotFilter, SnapshotRef } from '#lib/replication/types/inventory.ts'
import { counted } from '#lib/text/words.ts'
import { type PoolStatus, SCRUB_DAYS } from '#lib/zfs/pool.ts'
import type { DatasetFacts, SnapshotEntry } from '#lib/zfs/types.ts'
import type { History, Verification, VerificationFinding, VerificationResult } from './types.ts'

interface VerifyFacts {
  /** What could not be read, or is not there, as findings already. */
  readonly before: readonly VerificationFinding[]
  readonly history: History | null
  /** Of the backup; null where it could not be read. */
  readonly backup: DatasetFacts | null
  readonly backupName: string
  readonly poolName: string
  /** Null: not read. */
  readonly poolStatus: PoolStatus | null
  readonly datasetId: string
  /** Epoch milliseconds. */
  readonly now: number
  /** The newest common snapshot taken before a moment, epoch seconds. */
  readonly newestBefore: (seconds: number) => SnapshotRef | null
}

/** What a person should know of this backup, worst first, and what it comes to. */
export function judgeVerification(
  facts: VerifyFacts,
): Pick<Verification, 'result' | 'summary' | 'findings' | 'pool' | 'readonly' | 'writtenBytes'> {
  const { backup, history, poolName, poolStatus } = facts
  const newest = history?.newest?.creation ?? null
  const scrubbedAt = poolStatus?.scrub?.endedAt ?? null
  const pool = {
    name: poolName,
    scrubbedAt,
    scrubErrors: poolStatus?.scrub?.errors ?? null,
    dataErrors: poolStatus?.dataErrors ?? null,
    scrubbedSinceNewest: poolStatus === null || newest === null ? null : scrubbedAt !== null && scrubbedAt >= newest,
    newestBeforeScrub: scrubbedAt === null ? null : facts.newestBefore(scrubbedAt),
  }
  const findings = [
    ...facts.before,
    ...(history === null ? [] : ofHistory(history, facts.backupName)),
    ...(backup === null ? [] : ofBackup(backup, facts.datasetId)),
    ...ofPool(pool, poolStatus, facts.now),
  ].toSorted((a, b) => RANK[b.state] - RANK[a.state])
  const result = findings[0]?.state ?? 'VERIFIED'
  return {
    result,
    summary: summaryOf(result, history, findings, scrubWords(pool, poolStatus, facts.now)),
    findings,
    pool,
    readonly: backup?.readonly ?? null,
    writtenBytes: backup?.written ?? null,
  }
}

const RANK: Readonly<Record<VerificationResult, number>> = { VERIFIED: 0, ATTENTION: 1, UNKNOWN: 2, FAILED: 3 }

function ofHistory(history: History, backup: string): readonly VerificationFinding[] {
  const { gaps, clashes, aheadOnBackup } = history
  if (history.commonCount === 0)
    return [
      {
        code: 'NO_COMMON_SNAPSHOT',
        state: 'FAILED',
        message: `${backup} shares no snapshot with its primary: it is the copy of something else, or of an older life of it.`,
        cure: 'zwitness preview shows what would bring them together; nothing is destroyed.',
      },
    ]
  const found: VerificationFinding[] = []
  if (!history.sameOrder)
    found.push({
      code: 'ORDER',
      state: 'FAILED',
      message: `The common snapshots stand in another order on ${backup}: it was not received from this primary in one line.`,
      cure: 'Find out where its snapshots came from before it is trusted.',
    })
  if (gaps.length > 0)
    found.push({
      code: 'GAP',
      state: 'ATTENTION',
      message: `${backup} lacks ${counted(gaps.length, 'snapshot')} within the common history (${gaps
        .slice(0, 3)
        .map(({ name, guid }) => `@${name} guid ${guid}`)
        .join(', ')}${gaps.length > 3 ? ' …' : ''}).`,
      cure: 'Snapshots between two common ones cannot be filled in later; it is no loss unless that very state is wanted.',
    })
  if (clashes.length > 0)
    found.push({
      code: 'NAME_CLASH',
      state: 'ATTENTION',
      message: `${clashes.length} ${clashes.length === 1 ? 'name stands' : 'names stand'} for different snapshots on the two sides (@${clashes[0]?.name}: guid ${clashes[0]?.primaryGuid} and ${clashes[0]?.backupGuid}).`,
      cure: 'Rename the one on the backup, or leave it: identity is the guid.',
    })
  if (aheadOnBackup > 0)
    found.push({
      code: 'BACKUP_AHEAD',
      state: 'ATTENTION',
      message: `${backup} has ${aheadOnBackup} of its own after the newest common snapshot.`,
      cure: 'zwitness preview shows whether they are in the way.',
    })
  return found
}

function ofBackup(backup: DatasetFacts, id: string): readonly VerificationFinding[] {
  const found: VerificationFinding[] = []
  if (backup.receiveResumeToken !== null)
    found.push({
      code: 'PARTIAL_RECEIVE',
      state: 'ATTENTION',
      message: `${backup.name} holds the remainder of an interrupted receive.`,
      cure: `zwitness preview ${id} shows how it goes on.`,
    })
  if (backup.written > 0)
    found.push({
      code: 'WRITTEN',
      state: 'ATTENTION',
      message: `${backup.written} bytes were written to ${backup.name} since its newest snapshot: what is mounted there is not what was sent.`,
      cure: 'Its snapshots are untouched. Make it read-only.',
    })
  if (!backup.readonly)
    found.push({
      code: 'NOT_READONLY',
      state: 'ATTENTION',
      message: `${backup.name} is not read-only.`,
      cure: `zfs set readonly=on ${backup.name}`,
    })
  return found
}

function ofPool(pool: Verification['pool'], status: PoolStatus | null, now: number): readonly VerificationFinding[] {
  if (status === null) return []
  if (pool.dataErrors !== null || (pool.scrubErrors ?? 0) > 0)
    return [
      {
        code: 'POOL_ERRORS',
        state: 'FAILED',
        message: `Pool ${pool.name} has errors: ${pool.dataErrors ?? `${pool.scrubErrors} found by the last scrub`}.`,
        cure: `zpool status -v ${pool.name} names the files and snapshots that are damaged.`,
      },
    ]
  const { text, late } = scrubWords(pool, status, now)
  return late ? [{ code: 'NOT_SCRUBBED', state: 'ATTENTION', message: text, cure: `zpool scrub ${pool.name}` }] : []
}

const DAY_SECONDS = 86_400

/** When the pool was last read in full, and up to where. A scrub is a matter of weeks: what came since waits for the next. */
function scrubWords(
  { name, scrubbedAt, newestBeforeScrub }: Verification['pool'],
  status: PoolStatus | null,
  now: number,
): { readonly text: string; readonly late: boolean } {
  if (status === null) return { text: '', late: false }
  if (scrubbedAt === null) {
    if (status.scrub?.running === true) return { text: `A scrub of pool ${name} runs.`, late: false }
    const text =
      status.scrub === null
        ? `No finished scrub of pool ${name} is on record: nobody has read the backup since it was written.`
        : `When the last scrub of pool ${name} ended cannot be read.`
    return { text, late: true }
  }
  const days = Math.floor((now / 1000 - scrubbedAt) / DAY_SECONDS)
  if (days < -1) return { text: `The last scrub of pool ${name} is dated in the future.`, late: true }
  const upTo =
    newestBeforeScrub === null
      ? 'no common snapshot is as old as that'
      : `the newest common snapshot from before it is @${newestBeforeScrub.name}`
  const ago = days <= 0 ? 'today' : `${days} d ago`
  return { text: `The last scrub of pool ${name} ended ${ago}; ${upTo}.`, late: days >= SCRUB_DAYS }
}

function summaryOf(
  result: VerificationResult,
  history: History | null,
  findings: readonly VerificationFinding[],
  scrub: { readonly text: string },
): string {
  const first = findings[0]?.message
  if (result === 'UNKNOWN' || result === 'FAILED' || history === null) return first ?? 'Nothing could be looked at.'
  const { commonCount, oldest, newest } = history
  const range = commonCount === 1 ? `@${newest?.name}` : `@${oldest?.name} to @${newest?.name}`
  const same = `${commonCount} common ${commonCount === 1 ? 'snapshot' : 'snapshots'} (${range}), every guid compared`
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : ''
  return first === undefined ? `${same}; nothing is missing. ${scrub.text}`.trim() : `${same}. ${first}${more}`
}

/** Compares every guid of both sides. `nowSeconds` is epoch seconds by the primary's clock. */
export function compareHistories(
  primary: PresentSide,
  backup: PresentSide,
  filter: SnapshotFilter,
  nowSeconds: number,
): History {
  const here = primary.snapshots.toSorted(byCreatetxg)
  const there = backup.snapshots.toSorted(byCreatetxg)
  const places = new Map(there.map((entry, at) => [entry.guid, at]))
  const common = here.filter(({ guid }) => places.has(guid))
  const order = common.map(({ guid }) => places.get(guid) ?? 0)
  const guids = new Set(common.map(({ guid }) => guid))
  const [oldest, newest] = [common[0], common.at(-1)]
  const missing = here.filter(
    (entry) =>
      !guids.has(entry.guid) &&
      oldest !== undefined &&
      newest !== undefined &&
      entry.createtxg > oldest.createtxg &&
      entry.createtxg < newest.createtxg,
  )
  const gaps = missing.filter((entry) => isEligible(filter, entry, nowSeconds))
  const lastCommonThere = order.reduce((last, at) => Math.max(last, at), -1)
  const own = there.flatMap(({ guid }, at) => (guids.has(guid) ? [] : [at]))
  const namesThere = new Map(there.map((entry) => [entry.name, entry]))
  return {
    commonCount: common.length,
    oldest: oldest === undefined ? null : ref(oldest),
    newest: newest === undefined ? null : ref(newest),
    gaps: gaps.map(ref),
    leftOut: missing.length - gaps.length,
    keptOnBackup: own.filter((at) => at < lastCommonThere).length,
    aheadOnBackup: own.filter((at) => at > lastCommonThere).length,
    renamed: common.filter(({ guid, name }) => there[places.get(guid) ?? -1]?.name !== name).length,
    clashes: here.flatMap(({ name, guid }) => {
      const other = namesThere.get(name)
      return other === undefined || other.guid === guid ? [] : [{ name, primaryGuid: guid, backupGuid: other.guid }]
    }),
    sameOrder: order.every((at, index) => index === 0 || at > (order[index - 1] ?? -1)),
  }
}

/**
 * The newest common snapshot that was taken before a moment (epoch seconds). It may have come to the backup later than
 * that, which no listing shows.
 */
export function newestCommonBefore(primary: PresentSide, backup: PresentSide, seconds: number): SnapshotRef | null {
  const there = new Set(backup.snapshots.map(({ guid }) => guid))
  const before = primary.snapshots.filter(({ guid, creation }) => there.has(guid) && creation <= seconds)
  const newest = before.toSorted(byCreatetxg).at(-1)
  return newest === undefined ? null : ref(newest)
}

const byCreatetxg = (a: SnapshotEntry, b: SnapshotEntry): number =>
  a.createtxg < b.createtxg ? -1 : a.createtxg > b.createtxg ? 1 : 0

const ref = ({ name, guid, creation }: SnapshotEntry): SnapshotRef => ({ name, guid, creation })
