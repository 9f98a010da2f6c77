import type { Policy } from '#config/effective.ts'
import type { ZfsCommand } from '#lib/zfs/operand.ts'
import type { Guid } from '#lib/zfs/types.ts'
import type { Comparison, Inventory, Mapping } from '../types/inventory.ts'
import type { Expectation, Plan, PlanKind, Step } from '../types/plan.ts'
import type { JudgeInput, Memory, RepairHistory, Verdict } from '../types/verdict.ts'

export interface PlanInput {
  readonly mapping: Mapping
  readonly policy: Policy
  readonly inventory: Inventory
  readonly comparison: Comparison | null
  /** Of this very inventory. */
  readonly verdict: Verdict
  readonly memory: Memory
  /** See `JudgeInput`. */
  readonly line?: JudgeInput['line']
  readonly options: PlanOptions
}

export interface PlanOptions {
  /** Epoch ms: only for what the scheduler may do, never for the steps. */
  readonly now: number
  readonly timezone: string
  /** How zfs is called on either host. */
  readonly zfsCommands: { readonly primary: ZfsCommand; readonly backup: ZfsCommand }
  /** Id of this witness, which its repairs leave on the backup; null or absent: none is left. */
  readonly witness?: string | null
  readonly paused: boolean
  /** Epoch ms at which a pause ends by itself; null or absent: a person ends it. */
  readonly pausedUntil?: number | null
  /** One of its hosts is not meant to be always up: what is missing is sent while it is. */
  readonly seldomOnline?: boolean
  readonly repairs: RepairHistory
  /** The partial receive is of a run of ours that has ended: no two quiet looks are needed. */
  readonly ownToken?: boolean
  /** An estimate says that retention on the primary would outrun a seed from the oldest snapshot. */
  readonly oldestWouldNotSurvive?: boolean
  /** How long a first transfer takes at the rate of past ones, seconds; null or absent: not known. */
  readonly seedSeconds?: number | null
  /** What a person chose: to destroy what stands in the way instead of setting it aside. */
  readonly strategy?: 'SET_ASIDE' | 'IN_PLACE'
  /** Why nothing in this tree of children is set aside by itself at present, in a sentence; null: nothing is against it. */
  readonly treeHeld?: string | null
  /** Where the filters of snapshots are written; see `JudgeInput`. */
  readonly filterAt?: JudgeInput['filterAt']
  /** Where `dry_run: true` stands (`app-config.yaml line 14`), for the sentence. */
  readonly dryRunAt?: string | null
}

/** A step without its number, which it gets when all are known. */
type Unnumbered<S> = S extends Step ? Omit<S, 'n'> : never
export type StepDraft = Unnumbered<Step>
export type TransferDraft = Extract<StepDraft, { kind: 'transfer' }>
export type CommandsDraft = Extract<StepDraft, { kind: 'commands' }>
export type BookmarkDraft = Extract<StepDraft, { kind: 'bookmark' }>
export type Named = Expectation['named'][number]

export interface PlanDraft {
  readonly kind: PlanKind
  readonly steps: readonly StepDraft[]
  readonly outcome: string
  readonly untouched: readonly string[]
  readonly notes: readonly string[]
  readonly targetGuid: Guid | null
  readonly named: readonly Named[]
  readonly blocked: Plan['blocked']
  readonly destroys?: Plan['destroys']
  readonly setAside?: Plan['setAside']
  readonly beside?: Expectation['beside']
}

/** One command that the plan can do without: where it fails, the run goes on. */
export function optionalStep(
  role: CommandsDraft['role'],
  host: string,
  title: string,
  argv: readonly string[],
  ifInterrupted: CommandsDraft['ifInterrupted'] = 'harmless',
): CommandsDraft {
  return {
    kind: 'commands',
    role,
    title,
    host,
    commands: [{ host, argv }],
    expects: [],
    optional: true,
    estimateBytes: null,
    ifInterrupted,
  }
}

/** A plan without a step: nothing to do, or nothing that can be done. */
export function stepless(
  kind: PlanKind,
  outcome: string,
  blocked: Plan['blocked'] = null,
  notes: readonly string[] = [],
): PlanDraft {
  return { kind, steps: [], outcome, untouched: ['both sides'], notes, targetGuid: null, named: [], blocked }
}

export function impossible(code: string, because: string, cure: string): PlanDraft {
  return stepless('IMPOSSIBLE', `Nothing can be repaired now. ${because}`, { code, because, cure })
}
