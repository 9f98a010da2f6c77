import type { ObjectiveRecord, RunRecord, UncoveredRecord, VerificationRecord } from '#lib/db/types.ts'
import type { DatasetView } from '#lib/engine/types.ts'
import type { ReasonCode, Status } from '#lib/replication/types/reason.ts'
import type { Month } from './objective.ts'

/** How a dataset is protected, the worst first. */
export const PROTECTIONS = ['NOT_COVERED', 'AT_RISK', 'UNKNOWN', 'PROTECTED'] as const
export type Protection = (typeof PROTECTIONS)[number]

/** What a repair moved out of the way, or destroyed. */
export interface Moved {
  readonly runId: number
  /** Epoch ms at which it began. */
  readonly at: number
  /** `schedule`: nobody asked for it. */
  readonly by: string
  readonly state: RunRecord['state']
  /** Full name of what it kept beside the backup; null: it kept nothing. */
  readonly setAside: string | null
  /** Snapshots, bookmarks and changes that its plan destroyed. */
  readonly destroyed: number
}

export interface ReportRow {
  readonly datasetId: string
  readonly primary: { readonly host: string; readonly dataset: string }
  readonly backup: { readonly host: string; readonly dataset: string }
  readonly protection: Protection
  /** As it is shown, with the sentence that says why. */
  readonly status: Status
  readonly reason: ReasonCode
  readonly message: string
  readonly isPaused: boolean
  /** When the newest snapshot that both sides have was taken, epoch ms; null: there is none, or it was never seen. */
  readonly recoveryPoint: number | null
  readonly maxDelaySeconds: number
  /** Null: nothing is on record. */
  readonly thisMonth: ObjectiveRecord | null
  readonly lastMonth: ObjectiveRecord | null
  readonly verification: { readonly at: number; readonly result: string } | null
  readonly lastRepair: { readonly runId: number; readonly at: number; readonly by: string } | null
  /** Newest first. */
  readonly moved: readonly Moved[]
}

/** Of one primary SAN; null: not counted yet. */
interface CoveredHost {
  readonly host: string
  readonly counted: UncoveredRecord | null
}

export interface Report {
  /** Epoch ms. */
  readonly at: number
  /** IANA name: that of the months. */
  readonly zone: string
  readonly months: { readonly current: string; readonly last: string }
  /** Since when (epoch ms) `moved` is looked back on. */
  readonly movedSince: number
  readonly counts: Readonly<Record<Protection, number>>
  /** Children that are gone on their primary, whose backups are kept; they are in no list. */
  readonly retired: number
  /** The worst first. */
  readonly rows: readonly ReportRow[]
  readonly primaries: readonly CoveredHost[]
}

export interface ReportFacts {
  readonly at: number
  readonly zone: string
  /** The month of `at`, and the one before. */
  readonly months: readonly [current: Month, last: Month]
  readonly movedSince: number
  readonly views: readonly DatasetView[]
  readonly objectives: ReadonlyMap<string, readonly ObjectiveRecord[]>
  readonly verifications: readonly VerificationRecord[]
  readonly repairs: ReadonlyMap<string, RunRecord>
  readonly moving: readonly RunRecord[]
  /** Hosts that are the primary of a pair. */
  readonly primaries: readonly string[]
  readonly uncovered: readonly UncoveredRecord[]
}

/** Pure: who is protected, how well, and what is not. */
export function buildReport(facts: ReportFacts): Report {
  const [current, last] = facts.months
  const verified = new Map(facts.verifications.map((each) => [each.datasetId, each]))
  const moved = Map.groupBy(facts.moving, ({ datasetId }) => datasetId ?? '')
  const living = facts.views.filter(({ dataset }) => !dataset.retired)
  const rows = living.map((view): ReportRow => {
    const { id, mapping, config } = view.dataset
    const { verdict } = view
    const months = facts.objectives.get(id) ?? []
    const repair = facts.repairs.get(id) ?? null
    const verification = verified.get(id) ?? null
    return {
      datasetId: id,
      primary: { ...mapping.primary },
      backup: { ...mapping.backup },
      protection: protectionOf(view),
      status: view.status,
      reason: verdict.reason.code,
      message: verdict.reason.message,
      isPaused: view.pause !== null,
      recoveryPoint: recoveryPointOf(verdict),
      maxDelaySeconds: config.policy.maxDelaySeconds,
      thisMonth: months.find(({ month }) => month === current.month) ?? null,
      lastMonth: months.find(({ month }) => month === last.month) ?? null,
      verification: verification && { at: verification.at, result: verification.result },
      lastRepair: repair && { runId: repair.id, at: repair.finishedAt ?? repair.queuedAt, by: starterOf(repair) },
      moved: (moved.get(id) ?? []).map(movedBy),
    }
  })
  const counts = { NOT_COVERED: 0, AT_RISK: 0, UNKNOWN: 0, PROTECTED: 0 }
  for (const { protection } of rows) counts[protection]++
  return {
    ...{ at: facts.at, zone: facts.zone, movedSince: facts.movedSince, counts },
    months: { current: current.month, last: last.month },
    retired: facts.views.length - living.length,
    rows: rows.toSorted(
      (a, b) =>
        PROTECTIONS.indexOf(a.protection) - PROTECTIONS.indexOf(b.protection) ||
        (a.recoveryPoint ?? 0) - (b.recoveryPoint ?? 0) ||
        (a.datasetId < b.datasetId ? -1 : 1),
    ),
    primaries: facts.primaries.toSorted().map((host) => ({
      host,
      counted: facts.uncovered.find((each) => each.host === host) ?? null,
    })),
  }
}

/** Where it was seen that nothing of it is on the backup, it is not covered: also a new child whose first backup is not due yet. */
function protectionOf({ verdict }: DatasetView): Protection {
  const { health, reasons, newestCommon, newestBackup } = verdict
  const has = (wanted: ReasonCode): boolean => reasons.some(({ code }) => code === wanted)
  if (health === 'UNKNOWN') return 'UNKNOWN'
  if (newestCommon === null && has('NEW_CHILD')) return 'NOT_COVERED'
  if (health === 'HEALTHY') return 'PROTECTED'
  const isEmpty = has('NO_COMMON_SNAPSHOT') && newestBackup === null
  return verdict.looked && (has('BACKUP_DATASET_MISSING') || isEmpty) ? 'NOT_COVERED' : 'AT_RISK'
}

/** What could be restored, epoch ms; a base that is only a bookmark on the primary is whole on the backup. */
function recoveryPointOf({ newestCommon, newestBackup, reasons }: DatasetView['verdict']): number | null {
  const isBookmark = reasons.some(({ code }) => code === 'BASE_IS_BOOKMARK')
  const newest = newestCommon ?? (isBookmark ? newestBackup : null)
  return newest === null ? null : newest.creation * 1000
}

function starterOf({ trigger: { type, actor } }: RunRecord): string {
  return type === 'schedule' || type === 'internal' ? 'schedule' : actor
}

function movedBy(run: RunRecord): Moved {
  const { id, plan, startedAt, queuedAt, state } = run
  return {
    runId: id,
    at: startedAt ?? queuedAt,
    by: starterOf(run),
    state,
    setAside: plan?.setAside?.name ?? null,
    destroyed: plan?.destroys.length ?? 0,
  }
}

/** How many datasets of the primaries nobody replicates, as far as was counted. */
export function uncoveredIn({ primaries }: Pick<Report, 'primaries'>) {
  const counted = primaries.flatMap((each) => (each.counted === null ? [] : [each.counted]))
  const oldest = counted.reduce<number | null>((at, each) => Math.min(at ?? each.at, each.at), null)
  return {
    count: counted.reduce((sum, each) => sum + each.count, 0),
    /** Epoch ms of the oldest of the counts; null: none yet. */
    oldest,
    notCounted: primaries.filter((each) => each.counted === null).map(({ host }) => host),
  }
}
