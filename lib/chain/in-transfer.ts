import type { Inventory } from '#lib/replication/types/inventory.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Guid } from '#lib/zfs/types.ts'

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
