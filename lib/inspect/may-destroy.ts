import type { Policy } from '#config/effective.ts'
import { compare, filterOf } from '#lib/replication/compare.ts'
import type { Comparison, Inventory, Mapping, PresentSide } from '#lib/replication/types/inventory.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import { whyUnread } from '#lib/replication/words.ts'
import { splitSnapshot } from '#lib/zfs/names.ts'
import type { Guid } from '#lib/zfs/types.ts'

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
  const because = whyUnread(side, host) ?? `${dataset} is not on ${host}.`
  return { answer: 'UNKNOWN', code: 'UNKNOWN_STATE', because }
}

function yes(code: MayCode, because: string): Opinion {
  return { answer: 'YES', code, because }
}

function no(code: MayCode, because: string): Opinion {
  return { answer: 'NO', code, because }
}

export interface Asked {
  /** Null: on whatever host has a dataset of that name. */
  readonly host: string | null
  readonly dataset: string
  /** The part after `@`. */
  readonly snapshot: string
}

/** `pool/ds@snap` or `host:pool/ds@snap`; null where it is neither. A dataset name may hold a colon itself. */
export function parseAsked(text: string, isHost: (id: string) => boolean): Asked | null {
  const colon = text.indexOf(':')
  const prefix = colon > 0 ? text.slice(0, colon) : null
  const host = prefix !== null && isHost(prefix) ? prefix : null
  const path = splitSnapshot(host === null ? text : text.slice(colon + 1))
  return path === null ? null : { host, ...path }
}

/** The side of a mapping that is meant; null where it is not about this mapping. */
export function sideMeant({ host, dataset }: Asked, mapping: Mapping): 'primary' | 'backup' | null {
  const fits = (end: Mapping['primary']): boolean => end.dataset === dataset && (host === null || host === end.host)
  if (fits(mapping.primary)) return 'primary'
  return fits(mapping.backup) ? 'backup' : null
}

/**
 * A transfer that was cut off goes on only as long as both ends of its stream are on the primary. A token that cannot be
 * read could need any snapshot; one that no longer applies needs none.
 */
function neededByToken({ backup, token, incomingToken, mapping }: Inventory, guid: Guid): Opinion | null {
  const stored = backup.state === 'present' && backup.facts.receiveResumeToken !== null
  const tokens = [...(stored ? [token] : []), ...(incomingToken ? [incomingToken.facts] : [])]
  for (const facts of tokens) {
    if (facts === null) {
      const because = `${mapping.backup.host} holds a partial receive, and its token could not be read.`
      return { answer: 'UNKNOWN', code: 'TOKEN', because }
    }
    if ('unusable' in facts || (facts.toGuid !== guid && facts.fromGuid !== guid)) continue
    return {
      answer: 'NO',
      code: 'TOKEN',
      because: `A transfer of ${facts.toName} stopped part-way and needs it to go on.`,
    }
  }
  return null
}

/** A snapshot of a primary that a first transfer needs until it has arrived in full: no bookmark saves such a transfer. */
export interface InTransfer {
  readonly datasetId: string
  readonly host: string
  readonly dataset: string
  /** The part after `@`. */
  readonly snapshot: string
  readonly guid: Guid
  /** Epoch seconds: when it was taken. */
  readonly creation: number
  /** It runs now, or was cut off and can go on. */
  readonly state: 'RUNNING' | 'RESUMABLE'
}

/** Of one mapping; `running`: the plan of its repair under way. What is no longer on the primary is lost, and not named. */
export function inTransfer({ primary, backup, token, incomingToken, mapping }: Inventory, running: Plan | null) {
  if (primary.state !== 'present') return []
  const coming = (running?.steps ?? []).flatMap((step): readonly (readonly [Guid, InTransfer['state']])[] =>
    step.kind === 'transfer' && step.baseGuid === null ? [[step.target.guid, 'RUNNING']] : [],
  )
  const stored = backup.state === 'present' && backup.facts.receiveResumeToken !== null
  const tokens = [...(stored ? [token] : []), ...(incomingToken ? [incomingToken.facts] : [])]
  const cut = tokens.flatMap((facts): readonly (readonly [Guid, InTransfer['state']])[] =>
    facts !== null && 'toGuid' in facts && facts.fromGuid === null ? [[facts.toGuid, 'RESUMABLE']] : [],
  )
  // The same one may be both; that it runs says more.
  const states = new Map([...cut, ...coming])
  return primary.snapshots.flatMap(({ name, guid, creation }): readonly InTransfer[] => {
    const state = states.get(guid)
    return state === undefined
      ? []
      : [{ datasetId: mapping.id, ...mapping.primary, snapshot: name, guid, creation, state }]
  })
}
