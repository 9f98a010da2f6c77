import type { HostConfig } from '#config/effective.ts'
import { shellLine } from '#lib/text/shell.ts'
import { counted, someOf } from '#lib/text/words.ts'
import {
  allowLine,
  type Grant,
  missingRights,
  type NeededRight,
  needlessRights,
  type RightsHolder,
  rightsOf,
  unallowLine,
} from '#lib/zfs/rights.ts'
import { guarded } from '#lib/zfs/write-commands.ts'
import { bad, type Found, fine, skipped, warn } from './types.ts'

/** Rights that should be delegated at one place of a host (of a backup: the dataset's parent). */
export interface Place {
  readonly dataset: string
  readonly side: 'primary' | 'backup'
  readonly needed: readonly NeededRight[]
  /** Datasets that need them. */
  readonly serves: readonly string[]
}

export interface RightsAsked {
  readonly host: HostConfig
  readonly uid: number | null
  readonly holder: RightsHolder
  readonly places: readonly Place[]
  /** By dataset of the place; missing: `zfs allow` could not be read there. */
  readonly grants: ReadonlyMap<string, readonly Grant[]>
  readonly appendOnly: boolean
  readonly sudoRefuses: readonly (readonly string[])[]
}

/** What the login may do, with the exact line for what it may not. */
export function checkRights(asked: RightsAsked): readonly Found[] {
  const { host, uid, holder, places, sudoRefuses } = asked
  if (places.length === 0) return [fine(`No dataset of ${host.id} is watched, so no rights are needed there.`)]
  if (host.zfsCommand[0] === 'sudo') return [throughSudo(host, sudoRefuses)]
  if (uid === 0)
    return [
      warn(
        `zwitness logs in as root on ${host.id}: rights are not delegated there, and nothing on that SAN keeps it from destroying.`,
        'A user of its own with these rights could destroy nothing.',
        places.map(({ dataset, needed }) => ({
          host: host.id,
          command: allowLine('zwitness', names(needed), dataset),
        })),
      ),
    ]
  const found = [...lacking(asked), ...places.flatMap((place) => tooMuch(asked, place))]
  return found.length > 0
    ? found
    : [fine(`${holder.user} may do on ${host.id} what its ${counted(served(places), 'dataset')} need, and no more.`)]
}

/** Places that lack the same are one finding, with a line for each. */
function lacking({ host, holder, places, grants }: RightsAsked): readonly Found[] {
  const unread = places.filter(({ dataset }) => !grants.has(dataset)).map(({ dataset }) => dataset)
  const missing = places.flatMap((place) => {
    const rights = missingRights(grants.get(place.dataset) ?? [], holder, place.needed)
    return grants.has(place.dataset) && rights.length > 0 ? [{ place, rights, key: names(rights).join(',') }] : []
  })
  return [
    ...[...Map.groupBy(missing, ({ key }) => key).values()].map((same) => {
      const rights = same.flatMap((each) => each.rights)
      const essential = rights.some(({ always }) => always)
      const report = essential ? bad : warn
      const where = someOf(same.map(({ place }) => place.dataset))
      return report(
        `${holder.user} lacks ${names(rights).join(', ')} on ${where} of ${host.id} (for ${someOf(same.flatMap(({ place }) => place.serves))}): ${purposes(rights)}.`,
        essential
          ? 'Without them replication does not work.'
          : 'Without them replication works, but not what they are for.',
        same.map(({ place }) => ({ host: host.id, command: allowLine(holder.user, names(rights), place.dataset) })),
      )
    }),
    ...(unread.length === 0 ? [] : [skipped(`The rights on ${someOf(unread)} of ${host.id} could not be read.`)]),
  ]
}

function tooMuch({ host, holder, grants, appendOnly }: RightsAsked, { dataset, side }: Place): readonly Found[] {
  const given = grants.get(dataset) ?? []
  const needless = side === 'backup' ? needlessRights(given, holder, dataset, appendOnly) : []
  if (needless.length === 0) return []
  const fix = (command: string) => ({ host: host.id, command })
  return [
    warn(
      `${holder.user} holds ${needless.join(', ')} on ${dataset} of ${host.id}, with which backups can be destroyed.`,
      appendOnly
        ? 'What repairs by itself needs none of them, only a repair in place that a person confirms would: with receive:append the SAN itself refuses what would destroy.'
        : 'What repairs by itself needs none of them, only a repair in place that a person confirms would.',
      [
        ...(needless.includes('receive') ? [fix(allowLine(holder.user, ['receive:append'], dataset))] : []),
        fix(unallowLine(holder.user, needless, dataset)),
      ],
    ),
  ]
}

function throughSudo(host: HostConfig, refuses: RightsAsked['sudoRefuses']): Found {
  if (refuses.length > 0)
    return bad(
      `sudo on ${host.id} would not run ${someOf(
        refuses.map((argv) => `\`${shellLine(argv.slice(3))}\``),
        2,
      )} for ${host.sshUser}.`,
      'Allow it in a sudoers file with NOPASSWD, or better: use zfs allow instead of sudo.',
    )
  return warn(
    `zfs runs through sudo on ${host.id} (it would run what is needed): rights are not delegated there, and nothing on that SAN keeps zwitness from destroying.`,
    'Rights (zfs allow) instead of sudo: docs/san-preparation.md.',
  )
}

const names = (rights: readonly NeededRight[]): readonly string[] => [...new Set(rights.map(({ right }) => right))]
const served = (places: readonly Place[]): number => new Set(places.flatMap(({ serves }) => serves)).size

function purposes(missing: readonly NeededRight[]): string {
  const by = Map.groupBy(missing, ({ purpose }) => purpose)
  return [...by].map(([purpose, rights]) => `${names(rights).join(', ')} ${purpose}`).join('; ')
}

/**
 * What a stream could bring to the backups of a host besides data. Of what the login may set, `receive` may name what it may
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
