import { rightsToCarry, rightToSet } from './carried-properties.ts'
import { parentOf } from './paths.ts'
import { type Grant, rightsOf } from './rights.ts'
import { RECEIVE, RIGHTS_OF } from './rights-of-command.ts'
import { shellLine } from './shell-word.ts'
import { WITNESS_MARK } from './witness-mark.ts'

/** A right that a login needs for the work of a replicator. */
export interface NeededRight {
  readonly right: string
  /** A wider right that includes it: `receive` includes `receive:append`. */
  readonly includedIn: string | null
  /** The datasets that it must hold on. */
  readonly on: readonly string[]
  /** Without it nothing can be replicated at all; the others are for repairs of a diverged backup, or for protection. */
  readonly always: boolean
  /** `to …`, for a sentence. */
  readonly purpose: string
}

/** Whose rights are asked for: a login, and the groups that it is in. */
export interface RightsHolder {
  readonly user: string
  readonly groups: readonly string[]
}

export interface BackupNeeds {
  /** The host knows `receive:append` (OpenZFS 2.3.2): then no wider right is needed. */
  readonly appendOnly: boolean
  /** Names of the backup's own properties: a clone that takes its place is given each, which needs the right of its name. */
  readonly properties: readonly string[]
  /** Everything below is replicated too. */
  readonly recursive: boolean
}

/** Set by every set-aside itself. */
const ALWAYS_SET = ['readonly', 'canmount']

/** What sending a dataset needs. Without `anchors` no bookmark is ever made. */
export function neededOnPrimary(
  dataset: string,
  { anchors, recursive }: { readonly anchors: boolean; readonly recursive: boolean },
): readonly NeededRight[] {
  const on = below(dataset, recursive)
  const need = (rights: readonly string[], always: boolean, purpose: string) =>
    rights.map((right): NeededRight => ({ right, includedIn: null, on, always, purpose }))
  return [
    ...need(RIGHTS_OF.send, true, 'to send'),
    ...need(RIGHTS_OF.sendBetween, true, 'for the short holds that zfs send -I itself takes'),
    ...(anchors ? need(RIGHTS_OF.bookmark, false, 'to keep the last common snapshot usable') : []),
  ]
}

/** What receiving into a dataset and setting it aside needs. The place to delegate it is the dataset's parent. */
export function neededOnBackup(dataset: string, needs: BackupNeeds): readonly NeededRight[] {
  const on = below(dataset, needs.recursive)
  const beside = [parentOf(dataset) ?? dataset, ...on]
  const need = (right: string, places: readonly string[], always: boolean, purpose: string): NeededRight => ({
    right,
    includedIn: null,
    on: places,
    always,
    purpose,
  })
  const receive = needs.appendOnly ? { ...need(RECEIVE, on, true, 'to receive'), includedIn: 'receive' } : null
  const newLine = new Set<string>([...RIGHTS_OF.clone, ...RIGHTS_OF.promote]).difference(new Set(RIGHTS_OF.rename))
  const properties = new Set([...ALWAYS_SET, ...rightsToCarry(needs.properties)])
  return [
    receive ?? need('receive', on, true, 'to receive'),
    need('create', beside, true, 'to receive a new dataset, and to put a clone beside a diverged one'),
    need('mount', beside, true, 'which receive, clone and rename ask for (nothing is mounted)'),
    need('rename', beside, false, 'to set a diverged backup aside instead of destroying it'),
    ...RIGHTS_OF.hold.map((right) => need(right, on, false, 'to protect what was set aside')),
    ...[...newLine].map((right) => need(right, on, false, 'to begin a new line beside a diverged backup')),
    ...[...properties.difference(new Set([rightToSet(WITNESS_MARK)]))].map((name) =>
      need(name, on, false, 'to give the dataset that takes its place the same properties'),
    ),
    need(rightToSet(WITNESS_MARK), on, false, 'to say on the backup which witness repaired it last'),
  ]
}

/** Of what is needed, what these grants (of `zfs allow` on the place, its parents included) do not give. */
export function missingRights(
  grants: readonly Grant[],
  holder: RightsHolder,
  needed: readonly NeededRight[],
): readonly NeededRight[] {
  const groups = new Set(holder.groups)
  const held = new Map<string, ReadonlySet<string>>()
  const at = (dataset: string): ReadonlySet<string> => {
    const found = held.get(dataset) ?? rightsOf(grants, holder.user, dataset, groups)
    held.set(dataset, found)
    return found
  }
  return needed.filter(({ right, includedIn, on }) =>
    on.some((dataset) => !at(dataset).has(right) && !(includedIn !== null && at(dataset).has(includedIn))),
  )
}

/** Rights with which a login could destroy, and that nothing here needs. */
export function needlessRights(
  grants: readonly Grant[],
  { user, groups }: RightsHolder,
  dataset: string,
  appendOnly: boolean,
): readonly string[] {
  const held = rightsOf(grants, user, dataset, new Set(groups))
  return ['destroy', 'rollback', ...(appendOnly ? ['receive'] : [])].filter((right) => held.has(right))
}

/** The line that an admin of the SAN runs as root. */
export function allowLine(user: string, rights: readonly string[], dataset: string): string {
  return shellLine(['zfs', 'allow', '-u', user, [...new Set(rights)].join(','), dataset])
}

export function unallowLine(user: string, rights: readonly string[], dataset: string): string {
  return shellLine(['zfs', 'unallow', '-u', user, rights.join(','), dataset])
}

/** A made-up name below stands for all of them: rights that hold only on the dataset itself do not hold there. */
function below(dataset: string, recursive: boolean): readonly string[] {
  return recursive ? [dataset, `${dataset}/child`] : [dataset]
}
