import type { Policy } from '#config/effective.ts'
import { compare, filterOf } from '#lib/replication/compare.ts'
import type { Comparison, Inventory, PresentSide } from '#lib/replication/types/inventory.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Guid } from '#lib/zfs/types.ts'
import { neededByToken } from './needed-by-token.ts'

export type MayCode = 'FREE' | 'ANCHORED' | 'NOT_ON_BACKUP' | 'BASE' | 'NO_CHAIN' | 'TOKEN' | 'RUN' | 'UNKNOWN_STATE'

/** What one mapping says of destroying a snapshot. */
export interface Opinion {
  readonly answer: 'YES' | 'NO' | 'UNKNOWN'
  readonly code: MayCode
  /** One sentence. */
  readonly because: string
}

export interface MayDestroyInput {
  readonly inventory: Inventory
  readonly policy: Policy
  /** The side that the snapshot would be destroyed on. */
  readonly side: 'primary' | 'backup'
  readonly guid: Guid
  /** The repair that is queued or running; its plan is null as long as it is not made. */
  readonly activeRun: { readonly id: number; readonly plan: Plan | null } | null
}

/** May a snapshot tool destroy it without breaking the chain of this mapping? What is not known is no yes. */
export function mayDestroy(input: MayDestroyInput): Opinion {
  const { inventory, policy, activeRun, guid } = input
  const { primary, backup } = inventory
  if (primary.state !== 'present') return unknown(inventory, 'primary')
  if (backup.state !== 'present' && backup.state !== 'missing') return unknown(inventory, 'backup')
  const running = activeRun === null ? null : neededByRun(activeRun, guid)
  if (running !== null) return no('RUN', running)
  const token = neededByToken(inventory, guid)
  if (token !== null) return token
  // A snapshot that is still too young is wanted as soon as it is old enough.
  const filter = { ...filterOf(policy), minAgeSeconds: 0 }
  const comparison = compare(primary, backup.state === 'present' ? backup : null, filter, inventory.readAt / 1000)
  return input.side === 'primary' ? onPrimary(input, primary, comparison) : onBackup(input, comparison)
}

function onPrimary({ inventory, guid }: MayDestroyInput, primary: PresentSide, comparison: Comparison): Opinion {
  const there = inventory.mapping.backup.host
  if (comparison.behind.some((each) => each.guid === guid))
    return no('NOT_ON_BACKUP', `It is not on ${there} yet, and policy wants it there.`)
  if (comparison.base?.guid !== guid) return yes('FREE', `No incremental to ${there} starts from it.`)
  const mark = primary.bookmarks.find((bookmark) => bookmark.guid === guid)
  if (mark !== undefined)
    return yes('ANCHORED', `The next incremental to ${there} can start from its bookmark #${mark.name}.`)
  return no('BASE', `The next incremental to ${there} starts from it, and it has no bookmark.`)
}

function onBackup({ inventory, guid }: MayDestroyInput, { base }: Comparison): Opinion {
  const here = inventory.mapping.primary.host
  if (base === null) return no('NO_CHAIN', `It has nothing in common with ${here}: this may be the only good copy.`)
  if (base.guid === guid) return no('BASE', `The next incremental from ${here} lands on it.`)
  return yes('FREE', `No incremental from ${here} lands on it.`)
}

function neededByRun(run: NonNullable<MayDestroyInput['activeRun']>, guid: Guid): string | null {
  if (run.plan === null) return `Run ${run.id} is under way, and what it will send is not known yet.`
  const named = run.plan.steps.some((step) => {
    if (step.kind === 'bookmark') return step.snapshot.guid === guid
    return step.kind === 'transfer' && [step.baseGuid, step.target.guid, ...step.arrives].includes(guid)
  })
  return named ? `Run ${run.id} sends it, or starts from it.` : null
}

function unknown({ mapping, primary, backup }: Inventory, which: 'primary' | 'backup'): Opinion {
  const side = which === 'primary' ? primary : backup
  const { host, dataset } = mapping[which]
  const because =
    side.state === 'unknown'
      ? side.fault.message
      : side.state === 'pool-unavailable'
        ? `Pool ${side.pool} of ${host} is ${side.health}.`
        : `${dataset} is not on ${host}.`
  return { answer: 'UNKNOWN', code: 'UNKNOWN_STATE', because }
}

function yes(code: MayCode, because: string): Opinion {
  return { answer: 'YES', code, because }
}

function no(code: MayCode, because: string): Opinion {
  return { answer: 'NO', code, because }
}
