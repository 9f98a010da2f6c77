import { rightsOf } from '#lib/zfs/rights.ts'
import { guarded } from '#lib/zfs/write-commands.ts'
import type { RightsAsked } from './check-rights.ts'
import { fine, skipped, someOf } from './found.ts'
import type { Found } from './types.ts'

/**
 * What a stream could bring to the backups of a host besides data. Of what the login may set, `receive` is told that it may
 * not come; everything else ZFS itself refuses to it.
 */
export function checkStreams({ host, uid, holder, places, grants }: RightsAsked): readonly Found[] {
  const backups = places.filter(({ side }) => side === 'backup').map(({ dataset }) => dataset)
  if (backups.length === 0) return []
  const all = guarded('filesystem')
  const on = `${someOf(backups)} of ${host.id}`
  if (uid === 0 || host.zfsCommand[0] === 'sudo')
    return [
      fine(
        `A stream could bring any property to ${on}, as nothing there is refused to root: zwitness itself says no (\`receive -x\`) to those that act on the host (${all.join(', ')}).`,
      ),
    ]
  const read = backups.flatMap((dataset) => {
    const given = grants.get(dataset)
    return given === undefined ? [] : [rightsOf(given, holder.user, `${dataset}/-`, new Set(holder.groups))]
  })
  if (read.length < backups.length)
    return [
      skipped(
        `Which properties a stream could bring to ${on} is not known, as the rights could not be read: zwitness says no to all that act on the host.`,
      ),
    ]
  const may = all.filter((name) => read.some((rights) => rights.has(name)))
  const rest = may.length === 0 ? '' : `; to ${may.join(', ')}, which it may set, zwitness says no (\`receive -x\`)`
  return [
    fine(
      `A stream brings no property to ${on} that acts on the host: ZFS refuses what ${holder.user} may not set${rest}.`,
    ),
  ]
}
