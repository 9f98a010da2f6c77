import { z } from 'zod'
import type { Preview as Shown } from '#lib/engine/types.ts'
import { sentenceBelow, textBelow } from '#lib/replication/sentences/below.ts'
import type { Automatic, Plan as PlanData, Step as StepData } from '#lib/replication/types/plan.ts'
import { iso, isoOrNull } from '#lib/text/words.ts'
import { datasetHref, Guid, SnapshotRef, snapshotRef, Timestamp } from './fields.ts'
import { AutomaticCode, IF_INTERRUPTED, IfInterrupted, PlanKind, StepKind } from './words.ts'

const Command = z
  .object({ host: z.string(), argv: z.array(z.string()) })
  .meta({ id: 'Command', description: 'What runs on a SAN, word by word.' })

export const PlanStep = z
  .object({
    n: z.number().int(),
    kind: StepKind,
    title: z.string(),
    commands: z
      .array(Command)
      .describe('Of a transfer: the sending one, then the receiving one that its output goes to.'),
    estimateBytes: z.number().nullable(),
    ifInterrupted: IfInterrupted,
    optional: z.boolean().describe('A failure is a warning, not the end.'),
    role: z
      .enum([
        'mark',
        'keep',
        'release',
        'parents',
        'rename',
        'clone',
        'promote',
        'limits',
        'unmount',
        'swap',
        'undo',
        'mount',
        'hold',
        'discard',
        'rollback',
      ])
      .nullable()
      .describe(
        'Of COMMANDS: what they are for. UNDO after a SWAP: run only where ZFS refuses that swap for good before its first rename. MOUNT: only where the UNMOUNT before it did its work.',
      ),
    expects: z
      .array(z.object({ name: z.string(), guid: Guid.nullable() }))
      .describe('What must be there when the step begins; guid null: nothing of that name.'),
    baseGuid: Guid.nullable().describe('Of a transfer: where the stream starts; null for a full one.'),
    target: SnapshotRef.nullable().describe('Of a transfer: what must be on the backup afterwards.'),
    arrives: z.number().int().nullable().describe('Of a transfer: how many snapshots arrive.'),
  })
  .meta({ id: 'PlanStep', description: 'One step of a plan.' })

export const AutomaticRepair = z
  .object({
    allowed: z.boolean().describe('True only where the next check would start it.'),
    code: AutomaticCode,
    because: z.string().describe('What speaks for it or against it, whole sentences.'),
    from: Timestamp.nullable().describe(
      'From when it may start by itself, where all that holds it back ends by itself; null: at the next check, or not known.',
    ),
    sentence: z.string().describe('All of it in words. Holds names from the SANs: escape it on output.'),
    below: z
      .string()
      .describe(
        'The sentence for a place below the reasons of the same answer, or the outcome of the plan: without what those say.',
      ),
  })
  .meta({ id: 'AutomaticRepair', description: 'May the scheduler start the repair, as of now?' })

type AutomaticRepairView = z.input<typeof AutomaticRepair>

/** `above`: what the same answer says of the dataset already, so that nothing has to be shown twice. */
export function automaticView(automatic: Automatic, above: readonly string[]): AutomaticRepairView {
  return { ...automatic, from: isoOrNull(automatic.from), below: sentenceBelow(automatic, above) }
}

export const Plan = z
  .object({
    hash: z.string().describe('Changes when what the plan would do changes.'),
    kind: PlanKind,
    outcome: z.string().describe('How both sides stand afterwards.'),
    steps: z.array(PlanStep),
    destroys: z.array(
      z
        .object({
          kind: z.enum(['SNAPSHOT', 'BOOKMARK', 'WRITTEN', 'PARTIAL']),
          name: z.string().describe('Snapshot or bookmark; of WRITTEN and PARTIAL the dataset.'),
          guid: Guid.nullable(),
          createdAt: Timestamp.nullable(),
          usedBytes: z.number().nullable(),
          holdsNothing: z.boolean().optional().describe('Of a snapshot, where it is known: no change is in it.'),
        })
        .meta({ id: 'Destroyed', description: 'Something that would be lost.' }),
    ),
    setAside: z
      .object({
        name: z.string(),
        snapshots: z.number().int(),
        usedBytes: z.number().nullable(),
        holdsNothing: z
          .boolean()
          .optional()
          .describe('True where no change is in it: a person may as well destroy it.'),
      })
      .nullable()
      .describe('What is moved out of the way and kept.'),
    checks: z.array(
      z
        .object({
          id: z.string(),
          state: z.enum(['OK', 'WARNING', 'FAILED', 'UNKNOWN']),
          sentence: z.string(),
          cure: z.string().nullable(),
        })
        .meta({ id: 'PreflightCheck', description: 'Something that was looked at before a byte moves.' }),
    ),
    untouched: z.array(z.string()),
    notes: z.array(z.string()),
    estimateBytes: z.number().nullable(),
    estimateIsExact: z.boolean(),
    automatic: AutomaticRepair,
    blocked: z
      .object({ code: z.string(), because: z.string(), cure: z.string() })
      .nullable()
      .describe('What stands in the way for anybody; null: a person can run it.'),
  })
  .meta({ id: 'Plan', description: 'What a repair would do, as data. What is shown is what runs.' })

export type PlanView = z.input<typeof Plan>

export function planView(plan: PlanData): PlanView {
  return {
    hash: plan.hash,
    kind: plan.kind,
    outcome: plan.outcome,
    steps: plan.steps.map(stepView),
    destroys: plan.destroys.map(({ kind, name, guid, creation, usedBytes, holdsNothing }) => ({
      kind: LOST[kind],
      name,
      guid,
      createdAt: creation === null ? null : iso(creation * 1000),
      usedBytes,
      ...(holdsNothing === true ? { holdsNothing } : {}),
    })),
    setAside: plan.setAside && { ...plan.setAside },
    checks: plan.checks.map((check) => ({ ...check, state: CHECKED[check.state] })),
    untouched: [...plan.untouched],
    notes: [...plan.notes],
    estimateBytes: plan.estimateBytes,
    estimateIsExact: plan.estimateIsExact,
    automatic: automaticView(plan.automatic, [plan.outcome]),
    blocked: plan.blocked && { ...plan.blocked },
  }
}

/** The reasons stand above the plan: what they say of it is not said again. */
export function planBelow(plan: PlanView, texts: readonly string[]): PlanView {
  const { blocked } = plan
  if (blocked === null) return plan
  return {
    ...plan,
    outcome: textBelow(plan.outcome, texts) || plan.outcome,
    blocked: { ...blocked, because: textBelow(blocked.because, texts), cure: textBelow(blocked.cure, texts) },
  }
}

function stepView(step: StepData): z.input<typeof PlanStep> {
  const transfer = step.kind === 'transfer' ? step : null
  return {
    n: step.n,
    kind: KINDS[step.kind],
    title: step.title,
    commands: commandsOf(step).map(({ host, argv }) => ({ host, argv: [...argv] })),
    estimateBytes: step.estimateBytes,
    ifInterrupted: IF_INTERRUPTED[step.ifInterrupted],
    optional: (step.kind === 'bookmark' || step.kind === 'commands') && step.optional,
    role: step.kind === 'commands' ? step.role : null,
    expects: 'expects' in step ? step.expects.map((found) => ({ ...found })) : [],
    baseGuid: transfer?.baseGuid ?? null,
    target: transfer === null ? null : snapshotRef(transfer.target),
    arrives: transfer?.arrives.length ?? null,
  }
}

const LOST = { snapshot: 'SNAPSHOT', bookmark: 'BOOKMARK', written: 'WRITTEN', partial: 'PARTIAL' } as const
const CHECKED = { ok: 'OK', warning: 'WARNING', failed: 'FAILED', unknown: 'UNKNOWN' } as const
const KINDS = { commands: 'COMMANDS', bookmark: 'BOOKMARK', transfer: 'TRANSFER', verify: 'VERIFY' } as const

function commandsOf(step: StepData) {
  if (step.kind === 'transfer') return [step.source, step.sink]
  if (step.kind === 'commands') return step.commands
  return step.kind === 'bookmark' ? [step.command] : []
}

export const Preview = z
  .object({
    planId: z.string().describe('Give it to `run` to have exactly this plan run.'),
    datasetId: z.string(),
    madeAt: Timestamp,
    expiresAt: Timestamp.describe('Afterwards a new preview is needed.'),
    confirm: z
      .string()
      .nullable()
      .describe('What a person must type to run it: the full backup dataset. Null where nothing is destroyed.'),
    plan: Plan,
    links: z.object({ run: z.string(), dataset: z.string() }),
  })
  .meta({
    id: 'Preview',
    description: 'A plan that was made just now, from a fresh look at both sides. Nothing was written.',
  })

export type PreviewView = z.input<typeof Preview>

export function previewView(preview: Shown): PreviewView {
  const { planId, datasetId, plan } = preview
  return {
    planId,
    datasetId,
    madeAt: iso(preview.madeAt),
    expiresAt: iso(preview.expiresAt),
    confirm: plan.destroys.length > 0 ? plan.mapping.backup.dataset : null,
    plan: planView(plan),
    links: { run: `${datasetHref(datasetId)}/run`, dataset: datasetHref(datasetId) },
  }
}
