import { counted } from '#lib/text/words.ts'
import { parseOwnDatasetName } from '#lib/zfs/names.ts'
import type { SendOptions } from '#lib/zfs/send-commands.ts'
import type { ResumeTokenFacts } from '#lib/zfs/types.ts'
import type { Properties } from '#lib/zfs/write-commands.ts'
import { byCreatetxg, toRef } from '../compare.ts'
import { movableChildren, ownSiblings } from '../swap.ts'
import { sentOtherwise } from '../token.ts'
import type { Comparison, PresentSide, Sibling, SnapshotRef } from '../types/inventory.ts'
import { assemble, keepSeed } from './assemble.ts'
import { carryOver, type Quota, quotaSteps } from './carry-over.ts'
import { impossible, type PlanDraft, type PlanInput, type TransferDraft } from './draft.ts'
import {
  asideTooLong,
  type Beside,
  besideToGoOn,
  freshBeside,
  inTheWay,
  notesForOthers,
  obstacle,
  tooManyBegun,
} from './obstacle.ts'
import { holdSteps, mountSteps, swapSteps } from './swap-steps.ts'
import { hops, namedBy, newerThan, type Route, resumeStep, transferStep } from './transfer.ts'

/**
 * Nothing in common: a new line is seeded beside the backup (`B.zw-incoming-T`), and only when its first snapshot is
 * there in full do the two change places. Until then the backup stays where it is, untouched; what its children are
 * mounted from never moves for longer than the renames take.
 */
export function reseed(
  input: PlanInput,
  primary: PresentSide,
  backup: PresentSide,
  comparison: Comparison,
  route: Route,
  because: string,
): PlanDraft {
  const { mapping, inventory } = input
  const { dataset } = mapping.backup
  const { oldestEligible: oldest, newestEligible: newest } = comparison
  if (oldest === null || newest === null) throw new RangeError('A seed needs an eligible snapshot.')
  const swap = inventory.swap ?? { children: [], local: [], canmount: null, shared: false }
  const onlyNewest = input.policy.initial === 'latest' || input.options.oldestWouldNotSurvive === true
  const wanted = new Set((onlyNewest ? [newest] : comparison.behind).map((snapshot) => snapshot.guid))
  const begun = begunBefore(input, primary, wanted, route.options)
  const beside = begun?.beside ?? freshBeside(input)
  const first = begun?.first ?? (onlyNewest ? newest : oldest)
  const tooLong = asideTooLong(input, backup, [first])
  if (tooLong !== null) return impossible(tooLong.code, tooLong.because, tooLong.cure)
  const carried = carryOver({
    ...mapping.backup,
    facts: swap,
    rights: inventory.rights?.backup ?? null,
    from: backup.facts.type,
    to: primary.facts.type,
  })
  const children = movableChildren(swap.children, dataset, backup.facts.encryptionRoot)
  // How much the new line takes is not known before it is there.
  const line = { name: beside.incoming, children: children.length, fitsIn: () => false }
  const quotas = quotaSteps(input, carried.quotas, line)
  const mounts = mountSteps(input, backup)
  const quiet: Properties = primary.facts.type === 'filesystem' ? { canmount: 'noauto' } : {}
  const into = { dataset: beside.incoming, properties: { ...quiet, ...carried.properties } }

  const seed: TransferDraft[] = []
  if (begun === null) {
    const [hop] = hops([first], new Set([first.guid]), null)
    if (hop !== undefined) seed.push(transferStep(route, hop, into))
  } else if (begun.resume !== null) {
    const { token, facts } = begun.resume
    seed.push(
      resumeStep(
        route,
        { token, target: first, fromGuid: null, remainingBytes: facts.remainingBytes },
        beside.incoming,
      ),
    )
  }
  const rest = hops(newerThan(primary, first).map(toRef), wanted, { kind: 'snapshot', ...first })
  const own = byCreatetxg(backup.snapshots).map(({ name }) => name)
  const hold = holdSteps(input, beside.aside, own)
  const change = swapSteps(input, {
    away: { type: backup.facts.type },
    aside: beside.aside,
    replacement: { name: beside.incoming, type: primary.facts.type },
    children,
    canmount: primary.facts.type === 'filesystem' ? (swap.canmount ?? 'on') : null,
    quietAside: backup.facts.type === 'filesystem',
    expects: [
      { name: dataset, guid: backup.facts.guid },
      { name: beside.aside, guid: null },
      // Its first snapshot is there in full, whatever the transfer said.
      { name: `${beside.incoming}@${begun?.arrivedAs ?? first.name}`, guid: first.guid },
    ],
    expectsThen: [
      { name: beside.aside, guid: backup.facts.guid },
      { name: `${dataset}@${begun?.arrivedAs ?? first.name}`, guid: first.guid },
    ],
  })
  const draft = assemble(input, primary, {
    kind: 'SET_ASIDE_RESEED',
    before: seed,
    transfers: [
      ...quotas.beforeSwap,
      ...mounts.beforeSwap,
      ...change,
      ...mounts.afterSwap,
      ...quotas.afterSwap,
      ...hold,
      ...rest.map((hop) => transferStep(route, hop)),
    ],
    target: rest.at(-1)?.to ?? first,
    named: [{ kind: 'snapshot', name: first.name, guid: first.guid }, ...namedBy(rest)],
    anchorFirst: first,
    kept: keepSeed(input, [first, rest.at(-1)?.to ?? first]),
    notes: [
      because,
      ...inTheWay(input, comparison),
      ...carried.notes,
      ...mounts.notes,
      ...asOfNow(carried.quotas, dataset),
      ...stranded(input, backup),
      `${dataset} stays as it is until the first snapshot of the new line has arrived in full.`,
      `The new line is readonly=on, so that nothing can change it by accident.`,
      ...notesForOthers(input, backup, null),
    ],
    setAside: { name: beside.aside, snapshots: own.length, usedBytes: backup.facts.used },
  })
  const kept = `The backup as it is now is kept as ${beside.aside} (${counted(own.length, 'snapshot')}).`
  return {
    ...draft,
    outcome: `${draft.outcome} ${kept}`,
    blocked: obstacle(input, backup) ?? (begun === null ? tooManyBegun(input) : null),
  }
}

interface Begun {
  readonly beside: Beside
  readonly first: SnapshotRef
  /** The name that it has there, where it has arrived: the primary's may be another one by now. */
  readonly arrivedAs: string | null
  readonly resume: { readonly token: string; readonly facts: ResumeTokenFacts } | null
}

/**
 * A new line that an earlier try began: its first snapshot is there, or can be resumed. What can be neither, or was changed,
 * or was sent raw where this line is not (or the other way round), is left lying.
 */
function begunBefore(
  input: PlanInput,
  primary: PresentSide,
  wanted: ReadonlySet<string>,
  options: SendOptions,
): Begun | null {
  const { inventory } = input
  const find = (guid: string | undefined) => primary.snapshots.find((entry) => entry.guid === guid)
  for (const sibling of ownSiblings(inventory, 'incoming').toReversed()) {
    const beside = besideToGoOn(input, sibling.name)
    const last = sibling.snapshots.at(-1)
    const arrived = find(last?.guid)
    // What is received raw in full is an encryption root of its own.
    const asSent = (sibling.encryptionRoot === sibling.name) === options.raw
    const untouched = sibling.receiveResumeToken === null && sibling.written === 0 && asSent
    if (arrived !== undefined && untouched && !takesNames(sibling, newerThan(primary, arrived), wanted))
      return { beside, first: toRef(arrived), arrivedAs: last?.name ?? null, resume: null }
    const facts = tokenFactsOf(input, sibling, options)
    const coming = find(facts?.toGuid)
    if (facts !== null && coming !== undefined && sibling.receiveResumeToken !== null)
      return { beside, first: toRef(coming), arrivedAs: null, resume: { token: sibling.receiveResumeToken, facts } }
  }
  return null
}

/** Names that go round: a snapshot still to come has the name of one that arrived, and would never be let in. */
function takesNames({ snapshots }: Sibling, coming: PresentSide['snapshots'], wanted: ReadonlySet<string>): boolean {
  const taken = new Set(snapshots.map(({ name }) => name))
  return coming.some(({ name, guid }) => wanted.has(guid) && taken.has(name))
}

function tokenFactsOf(
  input: PlanInput,
  { name, receiveResumeToken, snapshots }: Sibling,
  options: SendOptions,
): ResumeTokenFacts | null {
  const token = input.inventory.incomingToken
  if (token?.name !== name || receiveResumeToken === null || snapshots.length > 0) return null
  const { facts } = token
  if (facts === null || !('toGuid' in facts) || sentOtherwise(facts, options, input) !== null) return null
  return facts.fromGuid === null ? facts : null
}

/** A seed may take days, and its plan is made before it. */
function asOfNow(quotas: readonly Quota[], dataset: string): readonly string[] {
  if (quotas.length === 0) return []
  const set = quotas.map(({ name, value }) => `${name}=${value}`).join(', ')
  return [`${set}: as it is now. What is changed on ${dataset} while the seed runs has to be set again after it.`]
}

/** Children that inherit the key of a backup that is its own encryption root cannot leave it. */
function stranded({ inventory, mapping }: PlanInput, { facts }: PresentSide): readonly string[] {
  const { dataset } = mapping.backup
  // A set-aside of a child stays with them, and is nothing to be seeded.
  const children = (inventory.swap?.children ?? []).filter(({ name }) => parseOwnDatasetName(name) === null)
  const left = children.length - movableChildren(children, dataset, facts.encryptionRoot).length
  return left === 0
    ? []
    : [`${counted(left, 'child dataset')} with the key of the old line stay below the set-aside: seed them anew too.`]
}
