import { bytesText, counted } from '#lib/text/words.ts'
import { zonedMinute } from '#lib/text/zoned-time.ts'
import { bytesOverForSetAside, NAME_LIMIT, ownDatasetName, parseOwnDatasetName, runStamp } from '#lib/zfs/names.ts'
import type { Divergence } from '../compare.ts'
import { replicatorOf } from '../foreign-activity.ts'
import { EMPTY_SET_ASIDE_LIMIT, SET_ASIDE_LIMIT, setAsidesAtLimit } from '../judge/backup.ts'
import { ownSiblings } from '../swap.ts'
import type { Comparison, PresentSide } from '../types/inventory.ts'
import type { Plan } from '../types/plan.ts'
import type { PlanInput } from './draft.ts'

/** Why this backup cannot be set aside by anyone, from here; null where it can. */
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

/** The names that one set-aside uses, all with one stamp. */
export interface Beside {
  readonly aside: string
  readonly next: string
  readonly incoming: string
}

function besideWith(dataset: string, stamp: string): Beside {
  return {
    aside: ownDatasetName(dataset, 'aside', stamp),
    next: ownDatasetName(dataset, 'next', stamp),
    incoming: ownDatasetName(dataset, 'incoming', stamp),
  }
}

/** Names that nothing has yet: the stamp of now, or the first second after it that is free. */
export function freshBeside({ mapping, inventory, options }: PlanInput): Beside {
  const taken = new Set((inventory.backupSiblings ?? []).map(({ name }) => parseOwnDatasetName(name)?.stamp))
  for (let second = Math.floor(options.now / 1000); ; second++) {
    const stamp = runStamp(second)
    if (!taken.has(stamp)) return besideWith(mapping.backup.dataset, stamp)
  }
}

/** The names that go with one that is there already. */
function besideOf(dataset: string, own: string): Beside {
  const stamp = parseOwnDatasetName(own)?.stamp
  if (stamp === undefined) throw new RangeError(`${own} is no name of ours.`)
  return besideWith(dataset, stamp)
}

/** As `besideOf`, to go on with an earlier try; where the name of its set-aside is taken by now, the next one gets its own. */
export function besideToGoOn(input: PlanInput, own: string): Beside {
  const names = besideOf(input.mapping.backup.dataset, own)
  const taken = input.inventory.backupSiblings?.some(({ name }) => name === names.aside) === true
  return taken ? { ...names, aside: freshBeside(input).aside } : names
}

const NAMED = 50

/** What of the backup stands in the way, as a list in one sentence. */
export function causesOf(comparison: Comparison, divergence: Divergence): string {
  const { backupAhead, backupWritten, clashes } = comparison
  return [
    divergence.ahead ? `${counted(backupAhead.length, 'snapshot')} of its own after the base` : null,
    divergence.modified ? `${bytesText(backupWritten)} written after its last snapshot` : null,
    divergence.clash ? `${counted(clashes.length, 'snapshot name')} that the primary uses for other snapshots` : null,
  ]
    .filter((cause) => cause !== null)
    .join(', ')
}

/** Each snapshot that only the backup has, and each name that two snapshots share; at most 50 of each. */
export function inTheWay({ mapping, options }: PlanInput, { backupAhead, clashes }: Comparison): readonly string[] {
  const { host } = mapping.backup
  const own = backupAhead.map(({ name, guid, creation }) => {
    return `Only on ${host}: @${name} (guid ${guid}, ${zonedMinute(creation * 1000, options.timezone)})`
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

/** What each replicator does to a backup that went its own way, and the options that keep it from that. */
const UNDOES: Readonly<Record<string, string>> = {
  syncoid:
    'syncoid receives with -F and rolls the backup back before it sends, with -R over clones too: run it with --no-rollback (or at least --no-clone-rollback), or leave this dataset to one of the two.',
  znapzend:
    'znapzend receives with -F, which takes the backup back to the common snapshot: run it with --forbidDestRollback, or leave this dataset to one of the two.',
  zrepl:
    'zrepl does not roll back; it stops at what it does not expect on the backup. Leave this dataset to one of the two.',
}

/**
 * What a set-aside means for whoever else sends into this backup: the snapshot that it keeps in place, by its name, with
 * the message that the other tool will print; and what that tool would undo. `base`: the snapshot of the backup that the
 * set-aside hangs on, null where it hangs on none.
 */
export function notesForOthers(
  { inventory, mapping }: PlanInput,
  backup: PresentSide,
  base: string | null,
): readonly string[] {
  const { host, dataset } = mapping.backup
  const { primary } = inventory
  const names = [...backup.snapshots, ...(primary.state === 'present' ? primary.snapshots : [])].map(({ name }) => name)
  const tools = [...new Set(names.map(replicatorOf))].filter((tool) => tool !== null)
  const owner = base === null ? null : replicatorOf(base)
  const pinned =
    base === null
      ? []
      : [
          `Until the set-aside is removed, ${dataset}@${base} on ${host} cannot be destroyed: ZFS says "snapshot has dependent clones" to ${owner === null ? 'whoever prunes it' : `${owner}, whose snapshot it is, at each of its runs`}, and its advice of \`-R\` would destroy the set-aside.`,
        ]
  return [...pinned, ...tools.flatMap((tool) => UNDOES[tool] ?? [])]
}
