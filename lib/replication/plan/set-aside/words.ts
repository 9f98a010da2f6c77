import type { Divergence } from '../../divergence.ts'
import type { Comparison } from '../../types.ts'
import { sayBytes, sayTime } from '../../words.ts'
import type { PlanInput } from '../draft.ts'

const NAMED = 50

/** What of the backup stands in the way, as a list in one sentence. */
export function causesOf(comparison: Comparison, divergence: Divergence): string {
  const { backupAhead, backupWritten, clashes } = comparison
  return [
    divergence.ahead ? `${counted(backupAhead.length, 'snapshot')} of its own after the base` : null,
    divergence.modified ? `${sayBytes(backupWritten)} written after its last snapshot` : null,
    divergence.clash ? `${counted(clashes.length, 'snapshot name')} that the primary uses for other snapshots` : null,
  ]
    .filter((cause) => cause !== null)
    .join(', ')
}

export function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`
}

/** Each snapshot that only the backup has, and each name that two snapshots share; at most 50 of each. */
export function inTheWay({ mapping, options }: PlanInput, { backupAhead, clashes }: Comparison): readonly string[] {
  const { host } = mapping.backup
  const own = backupAhead.map(({ name, guid, creation }) => {
    return `Only on ${host}: @${name} (guid ${guid}, ${sayTime(creation * 1000, options.timezone)})`
  })
  const same = clashes.map(({ name, primaryGuid, backupGuid }) => {
    return `@${name} is guid ${primaryGuid} on the primary and guid ${backupGuid} on the backup`
  })
  return [...atMost(own), ...atMost(same)]
}

function atMost(lines: readonly string[]): readonly string[] {
  return lines.length > NAMED ? [...lines.slice(0, NAMED), `… and ${lines.length - NAMED} more.`] : lines
}

/** At most fifty names. */
export function listed(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : ''
  return `${names.slice(0, NAMED).join(', ')}${more}`
}
