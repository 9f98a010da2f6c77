import { shellLine } from '#lib/text/shell.ts'
import { linesOf } from './cells.ts'
import { isDatasetName, parentOf } from './names.ts'
import type { Argv } from './operand.ts'
import { WITNESS_MARK } from './witness-mark.ts'

/** Who may do what, as one line of `zfs allow DATASET` says. */
export interface Grant {
  /** The dataset it was made on: the one asked for or one above it. */
  readonly on: string
  /** Whether it holds on that dataset, on those below it, or on both. */
  readonly scope: 'local' | 'descendent' | 'both'
  readonly who: { readonly kind: 'user' | 'group'; readonly name: string } | { readonly kind: 'everyone' }
  /** Rights and property names; `@set` is taken apart where the set stands in the same answer. */
  readonly rights: readonly string[]
}

/** Characters: more than all levels of a path have together. What comes after it grants nothing. */
const LONGEST_ANSWER = 64 * 1024
/** ZFS has some hundred and fifty rights and properties. */
const MOST_WORDS = 300

const SCOPES: ReadonlyMap<string, Grant['scope']> = new Map([
  ['Local permissions:', 'local'],
  ['Descendent permissions:', 'descendent'],
  ['Local+Descendent permissions:', 'both'],
])

/** Reads the answer of `listRights`, permission sets and create-time permissions aside. Empty where nothing is delegated. */
export function parseRights(stdout: string): readonly Grant[] {
  const grants: Grant[] = []
  const sets = new Map<string, readonly string[]>()
  let on = ''
  let section = ''
  for (const line of linesOf(stdout.slice(0, LONGEST_ANSWER))) {
    const header = /^---- Permissions on (.{1,300}?) -{1,300}$/.exec(line)?.[1]
    if (header !== undefined) on = isDatasetName(header) ? header : ''
    else if (line.endsWith(':') && !line.startsWith('\t')) section = line
    else if (section === 'Permission sets:') {
      const set = /^\t(@\S+) (\S+)$/.exec(line)
      if (set?.[1] !== undefined) sets.set(set[1], words(set[2]))
    } else {
      const scope = SCOPES.get(section)
      const grant = scope === undefined || on === '' ? null : readGrant(line, on, scope)
      if (grant !== null) grants.push(grant)
    }
  }
  return grants.map((grant) => ({
    ...grant,
    rights: [...new Set(grant.rights.flatMap((right) => sets.get(right) ?? [right]))],
  }))
}

/**
 * The rights that these grants give `user` on `dataset`; those of a group count where `groups` (the user's own) has it.
 * For a right to be used below `dataset`, ask for a name below it.
 */
export function rightsOf(
  grants: readonly Grant[],
  user: string,
  dataset: string,
  groups: ReadonlySet<string> = new Set(),
): ReadonlySet<string> {
  const found = new Set<string>()
  for (const { on, scope, who, rights } of grants) {
    const applies = on === dataset ? scope !== 'descendent' : dataset.startsWith(`${on}/`) && scope !== 'local'
    const mine = who.kind === 'everyone' || (who.kind === 'user' ? who.name === user : groups.has(who.name))
    if (applies && mine) for (const right of rights) found.add(right)
  }
  return found
}

function readGrant(line: string, on: string, scope: Grant['scope']): Grant | null {
  const everyone = /^\teveryone (\S+)$/.exec(line)
  if (everyone !== null) return { on, scope, who: { kind: 'everyone' }, rights: words(everyone[1]) }
  const named = /^\t(user|group) (.{1,300}) (\S{1,4000})$/.exec(line)
  if (named?.[2] === undefined) return null
  return { on, scope, who: { kind: named[1] === 'user' ? 'user' : 'group', name: named[2] }, rights: words(named[3]) }
}

function words(list: string | undefined): readonly string[] {
  return [...new Set((list ?? '').split(',', MOST_WORDS))].filter((word) => word !== '')
}

/** What `zfs allow` has to give for a command. */
interface CommandRights {
  readonly required: readonly string[]
  /** Without one the command works all the same: it leaves a property unset and says so. */
  readonly wanted: readonly string[]
}

/** The right to receive without destroying. `receive` includes it. */
export const RECEIVE = 'receive:append'

/** By the table in ZFS's own man page and by what OpenZFS 2.3 refused when one was missing. */
export const RIGHTS_OF = {
  send: ['send'],
  /** `send -I` takes holds of its own on every snapshot between. */
  sendBetween: ['hold'],
  bookmark: ['bookmark'],
  receive: [RECEIVE, 'mount'],
  receiveNew: ['create'],
  create: ['create', 'mount'],
  discardPartial: ['destroy', 'mount'],
  clone: ['clone', 'create', 'mount'],
  promote: ['promote', 'mount'],
  rename: ['rename', 'create', 'mount'],
  hold: ['hold'],
  release: ['release'],
  mount: ['mount'],
  unmount: ['mount'],
  rollback: ['rollback', 'mount'],
  destroy: ['destroy', 'mount'],
} as const satisfies Readonly<Record<string, readonly string[]>>

const VERBS = [
  'send',
  'receive',
  'create',
  'clone',
  'promote',
  'rename',
  'hold',
  'release',
  'mount',
  'unmount',
  'rollback',
  'destroy',
  'bookmark',
  'set',
] as const

/**
 * Of a command that changes something or sends. `newDataset`: the stream makes the dataset it goes into.
 * @throws RangeError for any other command: what it needs is not known here
 */
export function rightsOfCommand(argv: Argv, newDataset = false): CommandRights {
  const at = argv.findIndex((word) => verbOf(word) !== undefined)
  const verb = verbOf(argv[at])
  const words = argv.slice(at + 1)
  const has = (flag: string) => words.includes(flag)
  const need = (required: readonly string[], wanted: readonly string[] = []) => ({ required, wanted })
  switch (verb) {
    case 'send':
      return need([...RIGHTS_OF.send, ...(has('-I') ? RIGHTS_OF.sendBetween : [])])
    case 'receive':
      if (has('-A')) return need(RIGHTS_OF.discardPartial)
      return need(
        [...RIGHTS_OF.receive, ...(newDataset ? RIGHTS_OF.receiveNew : [])],
        assigned(words.filter((_, index) => words[index - 1] === '-o')),
      )
    case 'create':
      return need([...RIGHTS_OF.create, ...assigned(words.filter((_, index) => words[index - 1] === '-o'))])
    case 'clone':
      return need([...RIGHTS_OF.clone, ...assigned(words.filter((_, index) => words[index - 1] === '-o'))])
    case 'set':
      return need(assigned(words))
    case 'destroy':
      // Of a whole dataset is no command of this product.
      if (words.every((word) => /[@#]/.test(word))) return need(RIGHTS_OF.destroy)
      throw new RangeError(`Which rights this needs is not known: ${argv.join(' ')}`)
    case undefined:
      throw new RangeError(`Which rights this needs is not known: ${argv.join(' ')}`)
    default:
      return need(RIGHTS_OF[verb])
  }
}

const verbOf = (word: string | undefined) => VERBS.find((verb) => verb === word)

/** The rights to set what these words assign. */
function assigned(words: readonly string[]): readonly string[] {
  return words.filter((word) => word.includes('=')).map((word) => rightToSet(word.slice(0, word.indexOf('='))))
}

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

interface BackupNeeds {
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

/**
 * What becomes of a property that a backup has of its own, when a new line takes its place.
 *
 * - `given`: the new line begins with it (`clone -o`, `receive -o`).
 * - `quota`: set once the new line owns what it is to hold. A clone is refused a `refquota` below its size, a promote
 *   fails under a quota that the history exceeds, and a seed would end at one in the middle.
 * - `reservation`: not set, because the set-aside still holds it and the space would be booked twice.
 * - `fixed`: taken from the snapshot, fixed at creation, or set by the swap itself.
 */
export type Carriage = 'given' | 'quota' | 'reservation' | 'fixed'

const FIXED: ReadonlySet<string> = new Set([
  'readonly',
  'canmount',
  'volsize',
  'volblocksize',
  'casesensitivity',
  'normalization',
  'utf8only',
  'encryption',
  'keyformat',
  'keylocation',
  'pbkdf2iters',
  'version',
  'mlslabel',
])

export function carriageOf(property: string): Carriage {
  if (property === 'quota' || property === 'refquota') return 'quota'
  if (property === 'reservation' || property === 'refreservation') return 'reservation'
  return FIXED.has(property) ? 'fixed' : 'given'
}

/** The right that setting it needs: one for all user properties. */
export function rightToSet(property: string): string {
  return property.includes(':') ? 'userprop' : property
}

/** The rights for those of a dataset's own properties that the line in its place is given. */
export function rightsToCarry(properties: readonly string[]): readonly string[] {
  const carried = properties.filter((name) => ['given', 'quota'].includes(carriageOf(name)))
  return [...new Set(carried.map(rightToSet))]
}
