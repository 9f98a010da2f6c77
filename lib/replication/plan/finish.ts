import { byCreatetxg } from '../compare.ts'
import { type HalfDoneSwap, leftBelow, movableChildren, recordOf } from '../swap.ts'
import type { Sibling } from '../types/inventory.ts'
import type { Found } from '../types/plan.ts'
import { carryOver, quotaSteps, withinUsed } from './carry-over.ts'
import { type CommandsDraft, impossible, type PlanDraft, type PlanInput } from './draft.ts'
import { asideTooLong, besideToGoOn } from './obstacle.ts'
import { holdSteps, swapSteps, undoStep } from './swap-steps.ts'

/**
 * The rest of a swap that was cut off, from names, origins and guids alone: the database may be a new one. What comes
 * after it (the increment, the next snapshots) is a plan of its own, made from a new look.
 */
export function finishSwap(input: PlanInput, half: HalfDoneSwap): PlanDraft {
  const { inventory, mapping } = input
  const { host, dataset } = mapping.backup
  const asksBelow = inventory.backup.state === 'present' && half.state !== 'canmount not set back'
  if (asksBelow && inventory.swap == null)
    return impossible('UNKNOWN_STATE', `${host} did not say what stands below ${dataset}.`, 'Check again.')
  const tooLong = inventory.backup.state === 'present' ? asideTooLong(input, inventory.backup) : null
  // What ZFS would refuse is not begun with: the way back is the only one that is open.
  const isUndone = half.state === 'promoted, not renamed' && tooLong !== null
  const { steps, aside, beside } = isUndone ? undone(input, half) : restOf(input, half)
  return {
    kind: 'FINISH_SWAP',
    steps: [
      ...steps,
      { kind: 'verify', title: 'Read both sides again', estimateBytes: null, ifInterrupted: 'harmless' },
    ],
    outcome: isUndone
      ? `The swap of ${dataset} on ${host} that was cut off (${half.state}) will be undone, for ZFS would refuse the rest of it. ${tooLong.because}`
      : `The swap of ${dataset} on ${host} that was cut off (${half.state}) will be finished; what follows is then planned anew.`,
    untouched: [mapping.primary.host, 'any other dataset', 'every snapshot on both sides'],
    notes: [`Recognised by names and origins: ${half.datasets.join(', ')}.`],
    targetGuid: null,
    named: [],
    blocked: null,
    setAside: aside,
    beside,
  }
}

/** Before any rename, and with a rename that cannot be: the promote is taken back. */
function undone(input: PlanInput, { next }: Extract<HalfDoneSwap, { state: 'promoted, not renamed' }>): Rest {
  const undo = undoOf(input, next)
  if (undo === null) throw new RangeError('A backup that is a clone of the new line has an origin in it.')
  return {
    steps: [{ ...undo, title: `Undo the swap: give ${input.mapping.backup.dataset} its history back, as it was` }],
    aside: null,
    beside: [found(next)],
  }
}

function undoOf(input: PlanInput, next: Sibling): CommandsDraft | null {
  const { backup, mapping } = input.inventory
  if (backup.state !== 'present') return null
  const { origin, guid } = backup.facts
  const base = next.snapshots.find(({ name }) => origin === `${next.name}@${name}`)
  if (origin === null || base === undefined) return null
  const isNow = { name: mapping.backup.dataset, guid }
  return undoStep(input, isNow, { name: next.name, base: { name: origin, guid: base.guid } })
}

interface Rest {
  readonly steps: readonly CommandsDraft[]
  readonly aside: PlanDraft['setAside']
  readonly beside: readonly Found[]
}

function restOf(input: PlanInput, half: HalfDoneSwap): Rest {
  const { inventory, mapping } = input
  const { dataset } = mapping.backup
  switch (half.state) {
    case 'promoted, not renamed': {
      if (inventory.backup.state !== 'present') throw new RangeError('This state has a backup in its place.')
      const { facts, snapshots } = inventory.backup
      const { aside } = besideToGoOn(input, half.next.name)
      const names = byCreatetxg(snapshots).map(({ name }) => name)
      const canmount = inventory.swap?.canmount ?? null
      const undo = undoOf(input, half.next)
      const children = movableChildren(inventory.swap?.children ?? [], dataset, facts.encryptionRoot)
      const { quotas } = carryOver({
        ...mapping.backup,
        facts: inventory.swap ?? { children: [], local: [], canmount: null, shared: false },
        rights: inventory.rights?.backup ?? null,
        from: facts.type,
        to: half.next.type,
      })
      // What either of the two takes by now is not distinguished from what both do.
      const limits = quotaSteps(input, quotas, {
        name: half.next.name,
        children: children.length,
        fitsIn: withinUsed(facts.used + half.next.usedBytes),
      })
      const swap = swapSteps(input, {
        away: { type: facts.type },
        aside,
        replacement: { name: half.next.name, type: half.next.type },
        children,
        canmount,
        quietAside: facts.type === 'filesystem',
        expects: [found(half.next), { name: dataset, guid: facts.guid }, { name: aside, guid: null }],
        expectsThen: [
          { name: aside, guid: facts.guid },
          { name: dataset, guid: half.next.guid },
        ],
      })
      const whole = [...limits.beforeSwap, ...swap, ...(undo === null ? [] : [undo]), ...limits.afterSwap]
      return withHold(input, whole, aside, names, [found(half.next)])
    }
    case 'backup renamed away, replacement not in place': {
      const { aside, replacement } = half
      const swap = swapSteps(input, {
        away: null,
        aside: aside.name,
        replacement: { name: replacement.name, type: replacement.type },
        children: leftBelow(aside, dataset),
        // The set-aside still has what the backup had: its own is set last.
        canmount: replacement.type === 'filesystem' ? (aside.canmount ?? 'on') : null,
        quietAside: mountsItself(aside),
        expects: [found(aside), found(replacement), { name: dataset, guid: null }],
        expectsThen: [found(aside), { name: dataset, guid: replacement.guid }],
      })
      const names = byCreatetxg(aside.snapshots).map(({ name }) => name)
      return withHold(input, swap, aside.name, names, [found(aside), found(replacement)])
    }
    case 'canmount not set back': {
      const { aside, canmount } = half
      const backup = inventory.backup.state === 'present' ? [{ name: dataset, guid: inventory.backup.facts.guid }] : []
      const swap = swapSteps(input, {
        away: null,
        aside: aside.name,
        replacement: null,
        children: [],
        canmount,
        quietAside: mountsItself(aside),
        expects: [found(aside), ...backup],
        expectsThen: [],
      })
      const title = `Give ${dataset} its canmount=${canmount} back, the last command of the swap`
      const names = byCreatetxg(aside.snapshots).map(({ name }) => name)
      const whole = swap.map((step) => ({ ...step, title }))
      return withHold(input, whole, aside.name, names, [found(aside)])
    }
    case 'set-aside not finished': {
      const { aside } = half
      const there = new Set(inventory.swap?.children.map(({ name }) => name))
      const record = recordOf(inventory, aside.name)
      const swap = swapSteps(input, {
        away: null,
        aside: aside.name,
        replacement: null,
        children: leftBelow(aside, dataset).filter(({ name }) => !there.has(name)),
        // Never guessed: the set-aside's own may be someone's by now.
        canmount: record.swap === 'open' ? record.canmount : null,
        quietAside: mountsItself(aside),
        expects: [found(aside)],
        expectsThen: [found(aside)],
      })
      const names = byCreatetxg(aside.snapshots).map(({ name }) => name)
      return withHold(input, swap, aside.name, names, [found(aside)])
    }
  }
}

function withHold(
  input: PlanInput,
  swap: readonly CommandsDraft[],
  aside: string,
  names: readonly string[],
  beside: readonly Found[],
): Rest {
  return {
    steps: [...swap, ...holdSteps(input, aside, names)],
    aside: { name: aside, snapshots: names.length, usedBytes: null },
    beside,
  }
}

/** What is done already is not said again: each line begins with something that brings it on. */
function mountsItself({ type, canmount }: Sibling): boolean {
  return type === 'filesystem' && canmount !== 'noauto'
}

function found({ name, guid }: Found): Found {
  return { name, guid }
}
