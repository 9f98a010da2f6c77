import type { Policy } from '#config/effective.ts'
import type {
  BookmarkEntry,
  DatasetFacts,
  PoolFacts,
  ResumeTokenFacts,
  SnapshotEntry,
  StreamFlags,
} from '#lib/zfs/types.ts'
import { type Around, automatic } from '../automatic.ts'
import { compare, filterOf } from '../compare.ts'
import { judge } from '../judge/judge.ts'
import { emptyMemory } from '../memory.ts'
import type { PlanInput, PlanOptions } from '../plan/draft.ts'
import { plan } from '../plan/plan.ts'
import type { Comparison, Inventory, LookFault, Mapping, PresentSide, Sibling, Side } from '../types/inventory.ts'
import type { Plan } from '../types/plan.ts'
import type { ReasonCode } from '../types/reason.ts'
import type { JudgeInput, LineMemory, Memory, Verdict } from '../types/verdict.ts'

/*
 * A small world for the tests of the core: two hosts, one mapping, histories written down as "name, hours ago".
 */

export const HOUR = 3600
/** Sunday, 2026-11-22 12:00 UTC. */
export const NOW = Date.UTC(2026, 10, 22, 12)
export const MAPPING: Mapping = {
  id: 'hqs8-hqs1.DAT1',
  primary: { host: 'hqs8', dataset: 'hqs8p1/DAT1' },
  backup: { host: 'hqs1', dataset: 'hqs1p1/DAT1' },
}

/** A snapshot taken so many hours ago. Same name, same guid, unless said otherwise. */
export function taken(name: string, hoursAgo: number, over: Partial<SnapshotEntry> = {}): SnapshotEntry {
  const creation = NOW / 1000 - hoursAgo * HOUR
  return {
    name,
    guid: guidOf(name),
    createtxg: BigInt(Math.round(1_000_000 - hoursAgo * 100)),
    creation,
    holds: 0,
    ...over,
  }
}

export function bookmarked(snapshot: SnapshotEntry, name = `mark-${snapshot.name}`): BookmarkEntry {
  return { name, guid: snapshot.guid, createtxg: snapshot.createtxg, creation: snapshot.creation }
}

/** Of a partial receive that was sent as a new stream of `policyOf()` would be. */
export function tokenOf(
  to: { readonly name: string; readonly guid: string },
  from: { readonly name: string; readonly guid: string } | null = null,
  over: Omit<Partial<ResumeTokenFacts>, 'flags'> & { readonly flags?: Partial<StreamFlags> } = {},
): ResumeTokenFacts {
  const { dataset } = MAPPING.primary
  return {
    toName: `${dataset}@${to.name}`,
    toGuid: to.guid,
    fromGuid: from?.guid ?? null,
    bytes: 10,
    remainingBytes: 20,
    sends: { from: from === null ? null : `${dataset}@${from.name}`, to: `${dataset}@${to.name}` },
    ...over,
    flags: { raw: false, compressed: over.flags?.raw === true, largeBlocks: false, embedded: false, ...over.flags },
  }
}

/** A guid past 2^53 for any name, so that a rounded one would show. */
export function guidOf(name: string): string {
  let value = 9_007_199_254_740_993n
  for (const letter of name) value = (value * 31n + BigInt(letter.codePointAt(0) ?? 0)) % 2n ** 63n
  return `${value + 2n ** 62n}`
}

function facts(name: string, over: Partial<DatasetFacts> = {}): DatasetFacts {
  return {
    name,
    type: 'filesystem',
    guid: guidOf(name),
    createtxg: 10n,
    origin: null,
    snapshotsChanged: null,
    receiveResumeToken: null,
    written: 0,
    used: 1_000_000,
    referenced: 1_000_000,
    available: 1_000_000_000_000,
    readonly: true,
    mounted: false,
    encryption: 'off',
    encryptionRoot: null,
    keyStatus: null,
    ...over,
  }
}

export function primarySide(
  snapshots: readonly SnapshotEntry[],
  bookmarks: readonly BookmarkEntry[] = [],
  over: Partial<DatasetFacts> = {},
): PresentSide {
  return { state: 'present', facts: facts(MAPPING.primary.dataset, over), snapshots, bookmarks }
}
export function backupSide(snapshots: readonly SnapshotEntry[], over: Partial<DatasetFacts> = {}): PresentSide {
  return { state: 'present', facts: facts(MAPPING.backup.dataset, over), snapshots, bookmarks: [] }
}
export const MISSING: Side = { state: 'missing' }

export function unreachable(host: string, over: Partial<LookFault> = {}): Side {
  const fault = {
    host,
    kind: 'timeout',
    reason: 'HOST_UNREACHABLE',
    message: 'timed out after 10 s.',
    retryable: true,
    ...over,
  } as const
  return { state: 'unknown', fault }
}

export function pool(name: string, over: Partial<PoolFacts> = {}): PoolFacts {
  return { name, health: 'ONLINE', readonly: false, sizeBytes: 10 ** 13, freeBytes: 8 * 10 ** 12, ...over }
}

export function inventoryOf(primary: Side, backup: Side, over: Partial<Inventory> = {}): Inventory {
  return {
    mapping: MAPPING,
    primary,
    backup,
    primaryPool: pool('hqs8p1'),
    backupPool: pool('hqs1p1'),
    primarySkewSeconds: 0,
    backupSkewSeconds: 0,
    token: null,
    backupSiblings: [],
    swap: { children: [], local: [], canmount: 'on', shared: false },
    readAt: NOW,
    ...over,
  }
}

/** A dataset of ours beside the backup. */
export function sibling(
  role: 'aside' | 'next' | 'incoming',
  origin: string | null,
  stamp = '20261122T100000Z',
  over: Partial<Sibling> = {},
): Sibling {
  const name = `${MAPPING.backup.dataset}.zw-${role}-${stamp}`
  return {
    name,
    guid: guidOf(name),
    type: 'filesystem',
    origin,
    creation: NOW / 1000 - 3600,
    usedBytes: 4096,
    written: 0,
    canmount: 'noauto',
    encryptionRoot: null,
    receiveResumeToken: null,
    children: [],
    snapshots: [],
    ...over,
  }
}

export function policyOf(over: Partial<Policy> = {}): Policy {
  return {
    maxDelaySeconds: 72 * HOUR,
    warnDelaySeconds: 36 * HOUR,
    minAgeSeconds: 0,
    maxRecoveryPointSeconds: null,
    primaryMaxAgeSeconds: null,
    autoRepair: true,
    dryRun: false,
    repairWhen: 'warning',
    onDiverged: 'proven',
    retired: 'warning',
    anchor: 'bookmark',
    initial: 'oldest',
    snapshotInclude: [],
    snapshotExclude: [],
    send: { raw: 'auto', largeBlocks: false, compressed: false },
    keepFree: { fraction: 0.1 },
    bandwidthLimit: null,
    repairWindow: null,
    ...over,
  }
}

export function comparisonOf(inventory: Inventory, policy: Policy, now = NOW): Comparison | null {
  const { primary, backup } = inventory
  if (primary.state !== 'present' || (backup.state !== 'present' && backup.state !== 'missing')) return null
  return compare(primary, backup.state === 'present' ? backup : null, filterOf(policy), now / 1000)
}

export function judgeInput(inventory: Inventory, over: Partial<JudgeInput> = {}): JudgeInput {
  const policy = over.policy ?? policyOf()
  return {
    mapping: inventory.mapping,
    policy,
    inventory,
    comparison: comparisonOf(inventory, policy, over.now),
    memory: emptyMemory(),
    now: NOW,
    intervalSeconds: 1800,
    primaryAvailability: { kind: 'expected', backAt: null, missedWindows: 0 },
    backupAvailability: { kind: 'expected', backAt: null, missedWindows: 0 },
    repairs: { consecutiveFailures: 0, sameTwice: false, last: null },
    isolated: false,
    behindBytes: null,
    backupIsPrimaryElsewhere: false,
    timezone: 'UTC',
    ...over,
  }
}

export function judged(inventory: Inventory, over: Partial<JudgeInput> = {}): Verdict {
  return judge(judgeInput(inventory, over))
}

export function codes(verdict: Verdict): readonly ReasonCode[] {
  return verdict.reasons.map((each) => each.code)
}

export interface PlanOver {
  readonly policy?: Policy
  readonly memory?: Memory
  readonly line?: LineMemory
  readonly judge?: Partial<JudgeInput>
  readonly options?: Partial<PlanOptions>
  /** What holds it back beside its plan. */
  readonly around?: Around
}

export function planned(inventory: Inventory, over: PlanOver = {}): Plan {
  const policy = over.policy ?? policyOf()
  const memory = over.memory ?? emptyMemory()
  const line = over.line === undefined ? {} : { line: over.line }
  const input = judgeInput(inventory, { policy, memory, ...line, ...over.judge })
  const planInput: PlanInput = {
    mapping: inventory.mapping,
    policy,
    inventory,
    comparison: input.comparison,
    verdict: judge(input),
    memory,
    ...line,
    options: {
      now: input.now,
      timezone: 'UTC',
      zfsCommands: { primary: ['zfs'], backup: ['sudo', '-n', 'zfs'] },
      paused: false,
      repairs: input.repairs,
      ...over.options,
    },
  }
  const made = plan(planInput)
  return over.around === undefined ? made : { ...made, automatic: automatic(planInput, made, over.around) }
}

/** The commands of a plan as lines, for reading. */
export function lines(made: Plan): readonly string[] {
  return made.steps.map((step) => {
    if (step.kind === 'verify') return 'verify'
    if (step.kind === 'bookmark') return step.command.argv.join(' ')
    if (step.kind === 'commands') return step.commands.map(({ argv }) => argv.join(' ')).join(' && ')
    return `${step.source.argv.join(' ')} | ${step.sink.argv.join(' ')}`
  })
}
