import type { ResumeTokenFacts } from '#lib/zfs/types.ts'
import { toRef } from '../order.ts'
import type { Comparison, PresentSide } from '../types.ts'
import { assemble } from './assemble.ts'
import { type ClearedName, renameNotes, renameSteps } from './clear-names.ts'
import { impossible, type PlanDraft, type PlanInput, stepless } from './draft.ts'
import { hops } from './hops.ts'
import { keepSeed } from './keep-seed.ts'
import { newerThan } from './newer.ts'
import { namedBy, type Route, resumeStep, transferStep } from './transfer.ts'

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
