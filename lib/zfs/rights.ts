import { linesOf } from './lines.ts'
import { isDatasetName } from './names.ts'

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
