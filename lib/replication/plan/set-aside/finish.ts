import { movableChildren } from '../../children.ts'
import { byCreatetxg } from '../../order.ts'
import { type HalfDoneSwap, leftBelow } from '../../swap.ts'
import type { Found } from '../../types.ts'
import { type CommandsDraft, impossible, type PlanDraft, type PlanInput } from '../draft.ts'
import { besideOf } from './beside.ts'
import { carryOver } from './carry-over.ts'
import { holdStep } from './hold-step.ts'
import { asideTooLong } from './obstacle.ts'
import { quotaSteps, withinUsed } from './quota-steps.ts'
import { swapStep } from './swap-step.ts'

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
  const tooLong = inventory.backup.state === 'present' ? asideTooLong(dataset, inventory.backup) : null
  if (half.state === 'promoted, not renamed' && tooLong !== null)
    return impossible(tooLong.code, tooLong.because, tooLong.cure)
  const { steps, aside, beside } = restOf(input, half)
  return {
    kind: 'FINISH_SWAP',
    steps: [
      ...steps,
      { kind: 'verify', title: 'Read both sides again', estimateBytes: null, ifInterrupted: 'harmless' },
    ],
    outcome: `The swap of ${dataset} on ${host} that was cut off (${half.state}) will be finished; what follows is then planned anew.`,
    untouched: [mapping.primary.host, 'any other dataset', 'every snapshot on both sides'],
    notes: [`Recognised by names and origins: ${half.datasets.join(', ')}.`],
    targetGuid: null,
    named: [],
    blocked: null,
    setAside: aside,
    beside,
  }
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
      const { aside } = besideOf(dataset, half.next.name)
      const names = byCreatetxg(snapshots).map(({ name }) => name)
      const canmount = inventory.swap?.canmount ?? null
      const children = movableChildren(inventory.swap?.children ?? [], dataset, facts.encryptionRoot)
      const { quotas } = carryOver({
        ...mapping.backup,
        facts: inventory.swap ?? { children: [], local: [], canmount: null, shared: false },
        rights: inventory.rights?.backup ?? null,
        from: facts.type,
        to: half.next.type,
      })
      // What either of the two takes by now is not told apart from what both do.
      const limits = quotaSteps(input, quotas, {
        name: half.next.name,
        children: children.length,
        fitsIn: withinUsed(facts.used + half.next.usedBytes),
      })
      const swap = swapStep(input, {
        away: { type: facts.type, canmount },
        aside,
        replacement: { name: half.next.name, type: half.next.type },
        children,
        canmount,
        quietAside: facts.type === 'filesystem',
        expects: [found(half.next), { name: dataset, guid: facts.guid }, { name: aside, guid: null }],
      })
      const rest = withHold(input, swap, aside, names, [found(half.next)])
      return { ...rest, steps: [...limits.beforeSwap, ...rest.steps, ...limits.afterSwap] }
    }
    case 'backup renamed away, replacement not in place': {
      const { aside, replacement } = half
      const swap = swapStep(input, {
        away: null,
        aside: aside.name,
        replacement: { name: replacement.name, type: replacement.type },
        children: leftBelow(aside, dataset),
        // The set-aside still has what the backup had: its own is set last.
        canmount: replacement.type === 'filesystem' ? (aside.canmount ?? 'on') : null,
        quietAside: aside.type === 'filesystem',
        expects: [found(aside), found(replacement), { name: dataset, guid: null }],
      })
      const names = byCreatetxg(aside.snapshots).map(({ name }) => name)
      return withHold(input, swap, aside.name, names, [found(aside), found(replacement)])
    }
    case 'canmount not set back': {
      const { aside, canmount } = half
      const backup = inventory.backup.state === 'present' ? [{ name: dataset, guid: inventory.backup.facts.guid }] : []
      const swap = swapStep(input, {
        away: null,
        aside: aside.name,
        replacement: null,
        children: [],
        canmount,
        quietAside: true,
        expects: [found(aside), ...backup],
      })
      const title = `Give ${dataset} its canmount=${canmount} back, the last command of the swap`
      const names = byCreatetxg(aside.snapshots).map(({ name }) => name)
      return withHold(input, { ...swap, title }, aside.name, names, [found(aside)])
    }
    case 'set-aside not finished': {
      const { aside } = half
      const there = new Set(inventory.swap?.children.map(({ name }) => name))
      const swap = swapStep(input, {
        away: null,
        aside: aside.name,
        replacement: null,
        children: leftBelow(aside, dataset).filter(({ name }) => !there.has(name)),
        canmount: aside.canmount === 'on' ? 'on' : null,
        quietAside: aside.type === 'filesystem',
        expects: [found(aside)],
      })
      const names = byCreatetxg(aside.snapshots).map(({ name }) => name)
      return withHold(input, swap, aside.name, names, [found(aside)])
    }
  }
}

function withHold(
  input: PlanInput,
  swap: CommandsDraft,
  aside: string,
  names: readonly string[],
  beside: readonly Found[],
): Rest {
  const hold = holdStep(input, aside, names)
  return {
    steps: hold === null ? [swap] : [swap, hold],
    aside: { name: aside, snapshots: names.length, usedBytes: null },
    beside,
  }
}

function found({ name, guid }: Found): Found {
  return { name, guid }
}
