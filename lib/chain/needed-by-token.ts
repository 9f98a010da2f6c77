import type { Inventory } from '#lib/replication/types/inventory.ts'
import type { Guid } from '#lib/zfs/types.ts'
import type { Opinion } from './may-destroy.ts'

/**
 * A transfer that was cut off goes on only as long as both ends of its stream are on the primary. A token that cannot be
 * read could need any snapshot; one that no longer applies needs none.
 */
export function neededByToken({ backup, token, incomingToken, mapping }: Inventory, guid: Guid): Opinion | null {
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
