import { counted } from '#lib/text/words.ts'
import { clone, type Properties, promote } from '#lib/zfs/write-commands.ts'
import { isOnlyEmptySnapshots, toRef } from '../compare.ts'
import { movableAfterPromote, ownSiblings } from '../swap.ts'
import type { ChildDataset, Comparison, PresentSide } from '../types/inventory.ts'
import { assemble } from './assemble.ts'
import { carryOver, quotaSteps, withinUsed } from './carry-over.ts'
import { type ClearedName, renameNotes, renameSteps } from './clear-names.ts'
import { type CommandsDraft, impossible, type PlanDraft, type PlanInput } from './draft.ts'
import {
  asideTooLong,
  type Beside,
  besideToGoOn,
  freshBeside,
  inTheWay,
  listed,
  notesForOthers,
  obstacle,
  tooManyBegun,
} from './obstacle.ts'
import { holdSteps, mountSteps, swapSteps, undoStep } from './swap-steps.ts'
import { hops, namedBy, newerThan, type Route, transferStep } from './transfer.ts'

/**
 * The backup went its own way after the base (or keeps a partial receive that can never be finished). A clone of the base
 * takes over everything up to it, the backup keeps what is its own and moves aside, and the ordinary incremental goes on
 * from the base. Everything that ZFS could refuse comes before the first rename. No data is copied.
 */
export function rewind(
  input: PlanInput,
  primary: PresentSide,
  backup: PresentSide,
  comparison: Comparison,
  base: NonNullable<Comparison['base']>,
  route: Route,
  because: string,
  cleared: readonly ClearedName[] = [],
): PlanDraft {
  const { mapping, inventory, options } = input
  const { host, dataset } = mapping.backup
  const tooLong = asideTooLong(input, backup)
  if (tooLong !== null) return impossible(tooLong.code, tooLong.because, tooLong.cure)
  const wanted = new Set(comparison.behind.map((snapshot) => snapshot.guid))
  const way = hops(newerThan(primary, base).map(toRef), wanted, base)
  const target = way.at(-1)?.to ?? { name: base.name, guid: base.guid, creation: base.creation }
  const made = madeBefore(input, base)
  // The base itself may be one of those that get another name first.
  const from = cleared.find(({ guid }) => guid === base.guid)?.to ?? base.backupName
  const blocked = obstacle(input, backup) ?? (made === null ? tooManyBegun(input) : null)
  const beside = made ?? freshBeside(input)
  const swap = inventory.swap ?? { children: [], local: [], canmount: null, shared: false }
  const { type } = backup.facts
  const carried = carryOver({
    facts: swap,
    rights: inventory.rights?.backup ?? null,
    from: type,
    to: type,
    host,
    dataset,
  })
  const children = movableAfterPromote(swap.children, dataset, backup.facts.encryptionRoot)
  const quotas = quotaSteps(input, carried.quotas, {
    name: beside.next,
    children: children.length,
    fitsIn: withinUsed(backup.facts.used),
  })
  const mounts = mountSteps(input, backup)
  const quiet: Properties = type === 'filesystem' ? { canmount: 'noauto' } : {}
  const origin = { name: `${dataset}@${from}`, guid: base.guid }
  const zfs = options.zfsCommands.backup
  const short = (role: 'clone' | 'promote', title: string, argv: readonly string[]): CommandsDraft => ({
    kind: 'commands',
    role,
    title,
    host,
    commands: [{ host, argv }],
    expects: role === 'clone' ? [origin, { name: beside.next, guid: null }] : [origin],
    optional: false,
    estimateBytes: null,
    ifInterrupted: role === 'clone' ? 'reused' : 'completed at next start',
  })
  const before: CommandsDraft[] = [
    ...renameSteps(input, cleared),
    ...(made === null
      ? [
          short(
            'clone',
            `Clone the base @${from} as the new line (no data is copied)`,
            clone(zfs, origin.name, beside.next, { readonly: 'on', ...quiet, ...carried.properties }),
          ),
        ]
      : []),
    short('promote', `Give the new line everything up to @${from}`, promote(zfs, beside.next)),
    ...quotas.beforeSwap,
    ...mounts.beforeSwap,
    ...swapSteps(input, {
      away: { type },
      aside: beside.aside,
      replacement: { name: beside.next, type },
      children,
      canmount: swap.canmount,
      quietAside: type === 'filesystem',
      expects: [
        { name: dataset, guid: backup.facts.guid },
        { name: beside.aside, guid: null },
        // It owns the history by now, whatever the promote said.
        { name: `${beside.next}@${from}`, guid: base.guid },
      ],
      expectsThen: [{ name: beside.aside, guid: backup.facts.guid }, origin],
    }),
    undoStep(
      input,
      { name: dataset, guid: backup.facts.guid },
      { name: beside.next, base: { name: `${beside.next}@${base.backupName}`, guid: base.guid } },
    ),
    ...mounts.afterSwap,
    ...quotas.afterSwap,
  ]
  const ahead = comparison.backupAhead.map(({ name }) => name)
  const holdsNothing = comparison === input.comparison && isOnlyEmptySnapshots(inventory, comparison)
  const hold = holdSteps(input, beside.aside, ahead)
  const draft = assemble(input, primary, {
    kind: 'SET_ASIDE_REWIND',
    before: [...before, ...hold],
    transfers: way.map((hop) => transferStep(route, hop)),
    target,
    named: way.length === 0 ? [] : namedBy(way),
    notes: [
      because,
      ...(holdsNothing ? [emptyAhead(ahead.length)] : []),
      ...inTheWay(input, comparison),
      ...(cleared.length === 0 ? [] : renameNotes(input, cleared)),
      ...carried.notes,
      ...mounts.notes,
      ...staying(swap.children, children),
      ...(made === null ? [] : [`${beside.next}, left by an earlier try, is used.`]),
      `The new line is readonly=on, so that nothing can change it by accident.`,
      ...notesForOthers(input, backup, from),
      ...(hold.length === 0 && ahead.length > 0
        ? ['The snapshots of the set-aside cannot be held: the right is missing.']
        : []),
    ],
    setAside: {
      name: beside.aside,
      snapshots: ahead.length,
      usedBytes: sizeAside(input, comparison),
      ...(holdsNothing ? { holdsNothing } : {}),
    },
  })
  const kept = `What is in the way is kept as ${beside.aside} (${counted(ahead.length, 'snapshot')}).`
  return { ...draft, outcome: `${draft.outcome} ${kept}`, blocked }
}

/** What cannot go back without the root of its key. */
function staying(all: readonly ChildDataset[], moved: readonly ChildDataset[]): readonly string[] {
  const left = all.filter((child) => !moved.includes(child)).map(({ name }) => name)
  if (left.length === 0) return []
  return [
    `Stays below the set-aside, for ZFS moves no encrypted dataset away from the root of its key: ${listed(left)}.`,
  ]
}

function emptyAhead(count: number): string {
  const [hold, these] = count === 1 ? ['It holds', 'exactly this one'] : ['They hold', 'exactly these']
  return `${hold} no change. Better than a set-aside: let ${these} be destroyed, by name (the in-place repair). Where a tool takes and removes such snapshots on the primary, leave them out with \`snapshot_exclude\`.`
}

/**
 * A clone of this very base that an earlier try has left, and no one has touched. A clone and its properties are not one
 * transaction: one without its `canmount` has none of those that were to be carried over.
 */
function madeBefore(input: PlanInput, base: NonNullable<Comparison['base']>): Beside | null {
  const { dataset } = input.mapping.backup
  const left = ownSiblings(input.inventory, 'next').find(({ origin, snapshots, written, type, canmount }) => {
    const untouched = snapshots.length === 0 && written === 0 && (type === 'volume' || canmount === 'noauto')
    return untouched && origin === `${dataset}@${base.backupName}`
  })
  return left === undefined ? null : besideToGoOn(input, left.name)
}

function sizeAside({ inventory, comparison: seen }: PlanInput, comparison: Comparison): number | null {
  if (comparison.backupAhead.length === 0) return comparison.backupWritten
  // What was written since a base from further back was not asked.
  if (seen?.base?.guid !== comparison.base?.guid) return null
  return inventory.writtenSinceBase ?? null
}
