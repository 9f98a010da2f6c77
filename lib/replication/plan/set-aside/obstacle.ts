import { bytesOverForSetAside, NAME_LIMIT } from '#lib/zfs/names.ts'
import { EMPTY_SET_ASIDE_LIMIT, SET_ASIDE_LIMIT, setAsidesAtLimit } from '../../judge/swaps.ts'
import { ownSiblings } from '../../swap.ts'
import type { Plan, PresentSide } from '../../types.ts'
import type { PlanInput } from '../draft.ts'
import { counted } from './words.ts'

/** Why this backup cannot be set aside by anybody, from here; null where it can. */
export function obstacle(input: PlanInput, backup: PresentSide): Plan['blocked'] {
  const { mapping, inventory } = input
  const { host, dataset } = mapping.backup
  if (!dataset.includes('/')) {
    return {
      code: 'POOL_ROOT',
      because: `${dataset} is the root of its pool, which cannot be renamed, so nothing can be set aside.`,
      cure: 'Replicate into a dataset below the pool, or choose the in-place repair.',
    }
  }
  const tooLong = asideTooLong(input, backup)
  if (tooLong !== null) return tooLong
  const asides = setAsidesAtLimit(inventory)
  if (asides.length > 0) {
    const limit = asides.length < EMPTY_SET_ASIDE_LIMIT ? SET_ASIDE_LIMIT : EMPTY_SET_ASIDE_LIMIT
    return {
      code: 'SET_ASIDE_LIMIT',
      because: `${host} keeps ${asides.length} set-asides of ${dataset} already; ${limit} is the limit.`,
      cure: `Look at them (\`zwitness set-asides\`) and let the SAN's admin remove what is not needed any more.`,
    }
  }
  if (inventory.swap == null || inventory.backupSiblings === undefined) {
    return {
      code: 'UNKNOWN_STATE',
      because: `${host} did not say what stands below and beside ${dataset}, and with which properties.`,
      cure: 'Check again; a set-aside begins only when that is known.',
    }
  }
  return null
}

/**
 * What earlier repairs have begun and not ended counts with the set-asides: a clone pins a snapshot of the backup, and a
 * first transfer that cannot be finished holds all that it has brought. Asked where a plan goes on from none of them and
 * would make one more: where the promote is refused again and again, or retention outruns each seed, they pile up.
 */
export function tooManyBegun({ inventory, mapping }: PlanInput): Plan['blocked'] {
  const next = ownSiblings(inventory, 'next')
  const incoming = ownSiblings(inventory, 'incoming')
  const asides = ownSiblings(inventory, 'aside').filter(({ holdsNothing }) => holdsNothing !== true)
  if (next.length + incoming.length === 0 || next.length + incoming.length + asides.length < SET_ASIDE_LIMIT)
    return null
  const { host, dataset } = mapping.backup
  const kept = [
    counted(asides.length, 'set-aside'),
    counted(next.length, 'clone'),
    counted(incoming.length, 'unfinished first transfer'),
  ].filter((each) => !each.startsWith('0 '))
  return {
    code: 'SET_ASIDE_LIMIT',
    because: `${host} keeps ${kept.join(', ')} of earlier repairs of ${dataset}; ${SET_ASIDE_LIMIT} is the limit of all these.`,
    cure: "Find out why they were not finished (the last repairs say it), look at them (`zwitness set-asides`), and let the SAN's admin remove them.",
  }
}

/**
 * Where a set-aside, or what would come to stand below it, would have a name that ZFS refuses; not even its commands can be
 * written down. `others`: snapshots that the new line would have beside the backup before it takes the place.
 */
export function asideTooLong(
  { mapping, inventory }: PlanInput,
  { snapshots }: PresentSide,
  others: readonly { readonly name: string }[] = [],
): Plan['blocked'] {
  const { host, dataset } = mapping.backup
  const rests = [...snapshots, ...others].map(({ name }) => `@${name}`)
  const below = inventory.swap?.longestBelow
  const longest = (below === undefined ? rests : [below, ...rests]).reduce((most, rest) => {
    return rest.length > most.length ? rest : most
  }, '')
  const over = bytesOverForSetAside(dataset, longest.length)
  if (over === 0) return null
  const isBelow = longest.startsWith('/')
  return {
    code: 'NAME_TOO_LONG',
    because: isBelow
      ? `With a set-aside of ${dataset} what stands below it moves too, and the name of ${dataset}${longest} would be ${over} bytes longer than the ${NAME_LIMIT} that ZFS allows.`
      : `The name of a set-aside of ${dataset} would be ${over} bytes longer than the ${NAME_LIMIT} that ZFS allows.`,
    cure: isBelow
      ? `On ${host}, give ${dataset}${longest} a shorter name, or choose the in-place repair.`
      : 'Rename the backup dataset to something shorter, or choose the in-place repair.',
  }
}
