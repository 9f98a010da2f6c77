import type { ZfsObject } from '../properties/objects.ts'
import type { Setting } from '../properties/settings.ts'
import { appliesTo, definitionOf, isUserProperty, type ObjectType, propertyTable } from '../properties/table.ts'
import { propertyOf } from '../properties/values.ts'
import { type Command, complain, say } from '../state/environment.ts'
import type { Store } from '../state/store.ts'
import { table } from '../words/columns.ts'
import { Failure, usageOf } from '../words/fail.ts'
import { allValues, lastValue, parseOptions } from '../words/options.ts'
import { parseTypes, select } from './select.ts'

type Field = 'name' | 'property' | 'value' | 'received' | 'source'
const fields: readonly Field[] = ['name', 'property', 'value', 'received', 'source']
/** Left out of `all` while there is nothing to say of them. */
const onlyWhenSet = new Set(['origin', 'clones', 'encryptionroot', 'keystatus', 'receive_resume_token', 'volsize'])
const sources = new Set(['local', 'default', 'inherited', 'received', 'temporary', 'none'])

/** `zfs get`. */
export const get: Command = (context, args) => {
  const usage = usageOf('get')
  const options = parseOptions(args, 'Hprjd:t:o:s:', usage)
  const columns = parseFields(lastValue(options, 'o'), usage)
  const wanted = allValues(options, 's').flatMap((text) => text.split(','))
  const stranger = wanted.find((one) => !sources.has(one))
  if (stranger !== undefined) throw new Failure(`invalid source '${stranger}'\n${usage}`, 2)
  const [propertyText, ...names] = options.operands
  if (propertyText === undefined) throw new Failure(`missing property argument\n${usage}`, 2)
  const properties = propertyText === 'all' ? null : propertyText.split(',')
  const bad = properties?.find(
    (one) => one !== 'name' && !definitionOf(one) && !isUserProperty(one) && !/^written[@#]./.test(one),
  )
  if (bad !== undefined) throw new Failure(`bad property list: invalid property '${bad}'\n${usage}`, 2)

  const typeTexts = allValues(options, 't')
  const every: ObjectType[] = ['filesystem', 'volume', 'snapshot', 'bookmark']
  const types = typeTexts.length > 0 ? parseTypes(typeTexts.join(','), usage) : new Set(every)
  const limit = lastValue(options, 'd')
  const implied = types.size === 1 && (types.has('snapshot') || types.has('bookmark')) ? 1 : 0
  const depth =
    limit !== undefined
      ? Number(limit)
      : options.flags.has('r') || names.length === 0
        ? Number.POSITIVE_INFINITY
        : implied
  const nameable = new Set(types)
  if (depth > 0) nameable.add('filesystem').add('volume')

  let exitCode = 0
  const objects = select(context, { names, types, nameable, depth }, (failure) => {
    complain(context, failure.message)
    exitCode = 1
  })
  const rows: string[][] = []
  for (const object of objects) {
    for (const [name, setting] of settingsOf(context.store, object, properties, options.flags.has('p'))) {
      const kind = setting.source === '-' ? 'none' : (setting.source.split(' ')[0] ?? '')
      if (wanted.length > 0 && !wanted.includes(kind)) continue
      const received = object.snapshot ? '-' : (object.dataset.received[name] ?? '-')
      const cell = { name: object.name, property: name, value: setting.value, received, source: setting.source }
      rows.push(columns.map((field) => cell[field]))
    }
  }
  if (options.flags.has('H')) for (const row of rows) say(context, row.join('\t'))
  else if (rows.length > 0) {
    for (const line of table(
      columns.map((field) => ({ header: field.toUpperCase(), right: false })),
      rows,
    ))
      say(context, line)
  }
  return exitCode
}

function parseFields(text: string | undefined, usage: string): readonly Field[] {
  if (text === undefined) return ['name', 'property', 'value', 'source']
  if (text === 'all') return fields
  return text.split(',').map((word) => {
    const field = fields.find((one) => one === word)
    if (!field) throw new Failure(`invalid column name '${word}'\n${usage}`, 2)
    return field
  })
}

function settingsOf(
  store: Store,
  object: ZfsObject,
  names: readonly string[] | null,
  exact: boolean,
): [string, Setting][] {
  if (names) {
    return names.flatMap((name): [string, Setting][] => {
      const setting = propertyOf(store, object, name, exact)
      return setting ? [[definitionOf(name)?.name ?? name, setting]] : []
    })
  }
  const rows: [string, Setting][] = []
  for (const definition of propertyTable) {
    if (definition.hidden === true) continue
    if (!appliesTo(definition, object.type)) continue
    const setting = propertyOf(store, object, definition.name, exact)
    if (!setting || (setting.value === '-' && onlyWhenSet.has(definition.name))) continue
    rows.push([definition.name, setting])
  }
  const user = object.bookmark ? [] : userPropertiesOf(object)
  for (const name of user) {
    const setting = propertyOf(store, object, name, exact)
    if (setting && setting.value !== '-') rows.push([name, setting])
  }
  return rows
}

/** Names of user properties set on the object or above it. */
function userPropertiesOf({ pool, dataset, snapshot }: ZfsObject): string[] {
  const names = new Set(Object.keys(snapshot?.props ?? {}))
  for (const one of pool.datasets) {
    if (one !== dataset && !dataset.name.startsWith(`${one.name}/`)) continue
    for (const name of [...Object.keys(one.local), ...Object.keys(one.received)])
      if (isUserProperty(name)) names.add(name)
  }
  return [...names].sort()
}
