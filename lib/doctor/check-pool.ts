import { roomIn } from '#lib/replication/space.ts'
import { type PoolStatus, SCRUB_DAYS } from '#lib/zfs/pool.ts'
import type { PoolFacts } from '#lib/zfs/types.ts'
import { bad, fine, size, warn } from './found.ts'
import type { Found } from './types.ts'

const DAY_SECONDS = 86_400
const LOW_SHARE = 0.1

export interface PoolSeen {
  readonly host: string
  readonly pool: string
  /** Null: its host lists no such pool; undefined: the pools could not be listed. */
  readonly facts: PoolFacts | null | undefined
  readonly status: PoolStatus | undefined
  readonly isBackup: boolean
  /** Epoch milliseconds. */
  readonly now: number
}

/** State, free space, last scrub. */
export function checkPool(seen: PoolSeen): Found {
  const { host, pool, facts, status } = seen
  const name = `Pool ${pool} of ${host}`
  if (facts === undefined) return bad(`The pools of ${host} could not be listed.`, 'Try `zpool list` there.')
  if (facts === null)
    return bad(`${name} is not imported.`, 'Import it, or correct the name in the configuration.', [
      { host, command: `zpool import ${pool}` },
    ])
  if (facts.health !== 'ONLINE' && facts.health !== 'DEGRADED')
    return bad(`${name} is ${facts.health}.`, 'See zpool status -v.', [{ host, command: `zpool status -v ${pool}` }])
  const room = roomIn(facts)
  const share = room.size === 0 ? 0 : room.free / room.size
  const raw = facts.usable === undefined ? ' as `zpool list` counts' : ''
  const free = `${Math.floor(share * 100)} % free (${size(room.free)}${raw})`
  const scrub = scrubText(status, seen.now)
  const text = `${name} is ${facts.health}, ${free}, ${scrub.text}.`
  if (status?.dataErrors != null)
    return bad(`${text} Errors: ${status.dataErrors}`, 'Data there is damaged: see which, and replace the device.', [
      { host, command: `zpool status -v ${pool}` },
    ])
  if (facts.health === 'DEGRADED')
    return warn(text, 'Replace the failed device; replication goes on meanwhile, but seeds ask.', [
      { host, command: `zpool status -v ${pool}` },
    ])
  if (facts.readonly && seen.isBackup)
    return bad(`${text} It is read-only, so nothing can be received.`, 'Export it and import it without readonly=on.')
  if (share < LOW_SHARE)
    return warn(
      text,
      'Below 10 % ZFS becomes slow, and repairs stop before a full pool breaks every backup in it: free space, or add some.',
    )
  if (scrub.late)
    return warn(text, 'A backup that nobody has read may be damaged unseen: scrub it monthly.', [
      { host, command: `zpool scrub ${pool}` },
    ])
  return fine(text)
}

function scrubText(status: PoolStatus | undefined, now: number): { readonly text: string; readonly late: boolean } {
  if (status === undefined) return { text: 'its last scrub is not known', late: false }
  const { scrub } = status
  if (scrub === null) return { text: 'no scrub on record', late: true }
  if (scrub.running) return { text: 'a scrub runs', late: false }
  if (scrub.endedAt === null) return { text: 'scrubbed at a time that cannot be read', late: false }
  const days = Math.max(0, Math.floor((now / 1000 - scrub.endedAt) / DAY_SECONDS))
  const errors = scrub.errors === null || scrub.errors === 0 ? '' : ` with ${scrub.errors} errors`
  return { text: `last scrub ${days === 0 ? 'today' : `${days} d ago`}${errors}`, late: days > SCRUB_DAYS }
}
