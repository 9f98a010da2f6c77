import { propertyTable } from '../properties/table.ts'
import { type Command, type Context, nextTxg, say } from '../state/environment.ts'
import type { Grant } from '../state/model.ts'
import { mayDo } from '../state/rights.ts'
import { findDataset, openDataset, type Place, parentIn } from '../state/tree.ts'
import { Failure, usageOf } from '../words/fail.ts'
import { type Parsed, parseOptions } from '../words/options.ts'

const verbs = [
  'allow',
  'clone',
  'create',
  'destroy',
  'diff',
  'hold',
  'mount',
  'promote',
  'receive',
  'receive:append',
  'release',
  'rename',
  'rollback',
  'send',
  'send:raw',
  'share',
  'snapshot',
  'bookmark',
  'load-key',
  'change-key',
  'userprop',
]
const rights = new Set([...verbs, ...propertyTable.filter((one) => one.initial !== undefined).map((one) => one.name)])

/** `zfs allow NAME` prints, `zfs allow [-ldugec] [WHO] RIGHTS NAME` grants. */
export const allow: Command = (context, args) => {
  const usage = usageOf('allow')
  const options = parseOptions(args, 'ldugecs', usage)
  if (options.operands.length === 1) return print(context, options.operands[0] ?? '')
  return change(context, options, (dataset, who, wanted) => {
    const known = dataset.grants.find((one) => sameHolder(one, who))
    if (known) known.rights = [...new Set([...known.rights, ...wanted])].sort()
    else dataset.grants.push({ ...who, rights: [...wanted].sort() })
  })
}

/** `zfs unallow`, with the same words. */
export const unallow: Command = (context, args) => {
  const options = parseOptions(args, 'ldugecsr', usageOf('unallow'))
  return change(context, options, (dataset, who, wanted) => {
    for (const grant of dataset.grants) {
      if (grant.who !== who.who || grant.name !== who.name) continue
      grant.rights = wanted.length === 0 ? [] : grant.rights.filter((one) => !wanted.includes(one))
    }
    dataset.grants = dataset.grants.filter((one) => one.rights.length > 0)
  })
}

type Holder = Omit<Grant, 'rights'>
const sameHolder = (a: Holder, b: Holder) => a.who === b.who && a.name === b.name && a.scope === b.scope

function change(
  context: Context,
  { flags, operands }: Parsed,
  act: (dataset: Place['dataset'], who: Holder, rights: string[]) => void,
): number {
  const name = operands.at(-1) ?? ''
  const withoutWho = flags.has('c') || flags.has('e')
  const words = operands.slice(0, -1)
  const whoText = withoutWho ? '' : (words[0] ?? '')
  const rightsText = words[withoutWho ? 0 : 1]
  const wanted = rightsText === undefined ? [] : rightsText.split(',')
  return context.store.transaction(() => {
    const place = findDataset(context.store, name)
    if (!place) throw new Failure(`cannot open '${name}': dataset does not exist\nFailed to open dataset: ${name}`, 255)
    if (wanted.some((one) => !rights.has(one))) {
      throw new Failure(`cannot set permissions on '${name}': operation not applicable to datasets of this type`)
    }
    if (!mayDo(context.user, place.pool, place.dataset, 'allow', ...wanted)) {
      throw new Failure(`cannot set permissions on '${name}': permission denied`)
    }
    const scope = flags.has('l') === flags.has('d') ? 'both' : flags.has('l') ? 'local' : 'descendent'
    for (const who of holders(whoText, flags)) act(place.dataset, { ...who, scope }, wanted)
    nextTxg(context, place.pool)
    return 0
  })
}

function holders(text: string, flags: ReadonlySet<string>): Pick<Grant, 'who' | 'name'>[] {
  if (flags.has('c')) return [{ who: 'create', name: '' }]
  if (flags.has('e') || text === 'everyone') return [{ who: 'everyone', name: '' }]
  return text.split(',').map((name) => ({ who: flags.has('g') ? 'group' : 'user', name }))
}

function print(context: Context, name: string): number {
  const { pool, dataset } = openDataset(context.store, name)
  for (let one: typeof dataset | null = dataset; one; one = parentIn(pool, one)) {
    if (one.grants.length === 0) continue
    say(context, `---- Permissions on ${one.name} `.padEnd(70, '-'))
    section(
      context,
      'Create time permissions:',
      one.grants.filter((grant) => grant.who === 'create'),
    )
    const rest = one.grants.filter((grant) => grant.who !== 'create')
    section(
      context,
      'Local permissions:',
      rest.filter((grant) => grant.scope === 'local'),
    )
    section(
      context,
      'Descendent permissions:',
      rest.filter((grant) => grant.scope === 'descendent'),
    )
    section(
      context,
      'Local+Descendent permissions:',
      rest.filter((grant) => grant.scope === 'both'),
    )
  }
  return 0
}

const rank = { user: 0, group: 1, everyone: 2, create: 3 }

function section(context: Context, title: string, grants: readonly Grant[]): void {
  if (grants.length === 0) return
  say(context, title)
  for (const grant of grants.toSorted((a, b) => rank[a.who] - rank[b.who] || (a.name < b.name ? -1 : 1))) {
    const who = grant.who === 'create' ? '' : grant.who === 'everyone' ? 'everyone ' : `${grant.who} ${grant.name} `
    say(context, `\t${who}${grant.rights.join(',')}`)
  }
}
