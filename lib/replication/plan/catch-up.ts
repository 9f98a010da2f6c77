import type { ResumeTokenFacts } from '#lib/zfs/types.ts'
import { createParent } from '#lib/zfs/write-commands.ts'
import { toRef } from '../compare.ts'
import type { Comparison, PresentSide } from '../types/inventory.ts'
import { assemble, keepSeed } from './assemble.ts'
import { type ClearedName, renameNotes, renameSteps } from './clear-names.ts'
import { type CommandsDraft, impossible, type PlanDraft, type PlanInput, stepless } from './draft.ts'
import { hops, namedBy, newerThan, type Route, resumeStep, transferStep } from './transfer.ts'

/**
 * From the base (a snapshot or a bookmark) to the newest eligible snapshot; before that, `cleared` snapshots of the backup
 * give up the names that those to be sent have.
 */
export function catchUp(
  input: PlanInput,
  primary: PresentSide,
  comparison: Comparison,
  base: NonNullable<Comparison['base']>,
  route: Route,
  cleared: readonly ClearedName[] = [],
): PlanDraft {
  const wanted = new Set(comparison.behind.map((snapshot) => snapshot.guid))
  const way = hops(newerThan(primary, base).map(toRef), wanted, base)
  const target = way.at(-1)?.to
  if (target === undefined) throw new RangeError('A plan to catch up needs something that is behind.')
  const leftOut = comparison.skipped.length
  return assemble(input, primary, {
    kind: base.kind === 'bookmark' ? 'FROM_BOOKMARK' : 'INCREMENTAL',
    before: renameSteps(input, cleared),
    transfers: way.map((hop) => transferStep(route, hop)),
    target,
    named: namedBy(way),
    notes: [
      ...(cleared.length === 0 ? [] : renameNotes(input, cleared)),
      ...(leftOut === 0
        ? []
        : [`${leftOut} newer snapshot(s) of the primary are left out, as policy does not want them (name or age).`]),
    ],
  })
}

/**
 * A backup that does not exist yet: the oldest eligible snapshot in full, then everything up to the newest, so that the
 * backup has the history; the newest alone where policy says so, or where the oldest would be gone before it is sent.
 */
export function seed(input: PlanInput, primary: PresentSide, comparison: Comparison, route: Route): PlanDraft {
  const { oldestEligible: oldest, newestEligible: newest } = comparison
  if (oldest === null || newest === null) throw new RangeError('A seed needs an eligible snapshot.')
  const onlyNewest = input.policy.initial === 'latest' || input.options.oldestWouldNotSurvive === true
  const wanted = new Set((onlyNewest ? [newest] : comparison.behind).map((snapshot) => snapshot.guid))
  const way = hops(newerThan(primary, null).map(toRef), wanted, null)
  const notes = [`${input.mapping.backup.dataset} is made with readonly=on, so that nothing can change it by accident.`]
  if (onlyNewest && oldest.guid !== newest.guid) {
    const why =
      input.policy.initial === 'latest' ? '`initial: latest`' : 'the oldest one would not survive until it is sent'
    notes.push(
      `Only the newest snapshot is sent (${why}); ${comparison.eligibleCount - 1} older one(s) will not be on the backup.`,
    )
  }
  return assemble(input, primary, {
    kind: 'SEED',
    before: parentsStep(input),
    transfers: way.map((hop) => transferStep(route, hop)),
    target: newest,
    named: namedBy(way),
    anchorFirst: onlyNewest ? newest : oldest,
    kept: keepSeed(input, [onlyNewest ? newest : oldest, newest]),
    notes,
  })
}

/** A receive that runs and is not ours: nothing else can be received until it ends. */
export function busy({ mapping }: PlanInput): PlanDraft {
  return stepless('NOTHING', `Another receive is running on ${mapping.backup.dataset}; nothing is done until it ends.`)
}

/** The token was there, but what it holds could not be read. */
export function tokenUnread({ mapping }: PlanInput, text: string | null): PlanDraft {
  const because = `A partial receive is stored in ${mapping.backup.dataset}, and ${mapping.primary.host} did not say what its token holds${text === null ? '' : `: ${text}`}.`
  return impossible(
    'UNKNOWN_STATE',
    because,
    'Check again; until the token is read nothing else can be received there.',
  )
}

/**
 * The rest of the interrupted stream, then what is still missing after its snapshot; before that, `cleared` snapshots of
 * the backup give up names that are to come.
 */
export function resume(
  input: PlanInput,
  primary: PresentSide,
  comparison: Comparison,
  facts: ResumeTokenFacts,
  token: string,
  route: Route,
  cleared: readonly ClearedName[] = [],
): PlanDraft {
  const entry = primary.snapshots.find((snapshot) => snapshot.guid === facts.toGuid)
  if (entry === undefined) throw new RangeError('A transfer can be resumed only while its snapshot is on the primary.')
  const first = toRef(entry)
  const wanted = new Set(comparison.behind.map((snapshot) => snapshot.guid))
  const way = hops(newerThan(primary, first).map(toRef), wanted, { kind: 'snapshot', ...first })
  const resumption = { token, target: first, fromGuid: facts.fromGuid, remainingBytes: facts.remainingBytes }
  return assemble(input, primary, {
    kind: 'RESUME',
    before: renameSteps(input, cleared),
    transfers: [resumeStep(route, resumption), ...way.map((hop) => transferStep(route, hop))],
    target: way.at(-1)?.to ?? first,
    ...(facts.fromGuid === null ? { kept: keepSeed(input, [first, way.at(-1)?.to ?? first]) } : {}),
    named: [{ kind: 'snapshot', name: first.name, guid: first.guid }, ...namedBy(way)],
    notes: cleared.length === 0 ? [] : renameNotes(input, cleared),
  })
}

/**
 * What is missing above a backup that is still to be made, one below the other: places that hold nothing of their own, are
 * never mounted and cannot be changed by accident. Killed between two of them, it goes on with those that are left.
 */
function parentsStep({ inventory, mapping, options }: PlanInput): readonly CommandsDraft[] {
  const missing = inventory.missingParents ?? []
  if (missing.length === 0) return []
  const { host } = mapping.backup
  const title =
    missing.length === 1
      ? `Make ${missing[0]}, which is missing above it`
      : `Make the ${missing.length} datasets above it`
  return [
    {
      kind: 'commands',
      role: 'parents',
      title: `${title} (never mounted, readonly)`,
      host,
      commands: missing.map((name) => ({ host, argv: createParent(options.zfsCommands.backup, name) })),
      expects: [],
      optional: false,
      estimateBytes: null,
      ifInterrupted: 'reused',
    },
  ]
}
