import { mountNow, settingOf, unmountNow } from '../properties/settings.ts'
import { isUserProperty } from '../properties/table.ts'
import { checkSetting, fullName } from '../properties/validate.ts'
import { type Command, type Context, nextTxg } from '../state/environment.ts'
import { assertWritable, mayDo, rightToSet } from '../state/rights.ts'
import { usedBytes } from '../state/space.ts'
import { descendants, findDataset, findSnapshot, openDataset, type Place } from '../state/tree.ts'
import { Failure, missingDataset, usageOf } from '../words/fail.ts'
import { parseOptions } from '../words/options.ts'

/** `zfs set p=v… NAME…`. */
export const set: Command = (context, args) => {
  const usage = usageOf('set')
  const { operands } = parseOptions(args, 'u', usage)
  const cut = operands.findIndex((word) => !word.includes('='))
  const assignments = operands.slice(0, cut < 0 ? operands.length : cut)
  const names = cut < 0 ? [] : operands.slice(cut)
  if (names.length === 0) throw new Failure(`missing dataset name\n${usage}`, 2)
  return context.store.transaction(() => {
    for (const name of names) {
      if (name.includes('@')) {
        if (!findSnapshot(context.store, name)) throw missingDataset(name)
        throw new Failure(`cannot set property for '${name}': this property can not be modified for snapshots`, 255)
      }
      const place = openDataset(context.store, name)
      if (assignments.length === 0) throw new Failure(`missing property=value argument\n${usage}`, 2)
      for (const text of assignments) setOne(context, place, text)
    }
    return 0
  })
}

function setOne(context: Context, { pool, dataset }: Place, text: string): void {
  const at = text.indexOf('=')
  const name = fullName(text.slice(0, at))
  const refuse = (why: string) => new Failure(`cannot set property for '${dataset.name}': ${why}`, 255)
  const checked = checkSetting(name, text.slice(at + 1), dataset.type, false)
  if ('fault' in checked) throw refuse(checked.fault)
  if (!mayDo(context.user, pool, dataset, rightToSet(name))) throw refuse('permission denied')
  assertWritable(pool, `cannot set property for '${dataset.name}'`)
  const held = name === 'quota' ? usedBytes(pool, dataset) : name === 'refquota' ? dataset.refer : 0
  if (Number(checked.value) > 0 && held > Number(checked.value))
    throw refuse('size is less than current used or reserved space')
  dataset.local[name] = checked.value
  nextTxg(context, pool)
  remount(context, { pool, dataset }, name)
}

/** What a change of `mountpoint` or `canmount` does at once to what is mounted: `canmount=on` mounts nothing. */
function remount(context: Context, { pool, dataset }: Place, name: string): void {
  if (name === 'canmount' && dataset.local.canmount === 'off') unmountNow(dataset)
  if (name !== 'mountpoint') return
  for (const one of [dataset, ...descendants(pool, dataset.name)]) {
    const mountpoint = settingOf(pool, one, 'mountpoint')?.value ?? 'none'
    const canMount = settingOf(pool, one, 'canmount')?.value ?? 'on'
    if (!mountpoint.startsWith('/')) unmountNow(one)
    else if (canMount === 'on' && one.type === 'filesystem' && context.user === 'root') mountNow(one)
  }
}

const LIMITS: ReadonlySet<string> = new Set(['quota', 'refquota', 'reservation'])
const NOT_INHERITED: ReadonlySet<string> = new Set([...LIMITS, 'canmount'])

function notInherited(property: string): string {
  const fault = `'${property}' property cannot be inherited`
  if (!LIMITS.has(property)) return fault
  return `${fault}\nuse 'zfs set ${property}=none' to clear\nuse 'zfs inherit -S ${property}' to revert to received value`
}

/** `zfs inherit [-rS] p NAME…`. */
export const inherit: Command = (context, args) => {
  const usage = usageOf('inherit')
  const { flags, operands } = parseOptions(args, 'rS', usage)
  const [given, ...names] = operands
  if (given === undefined || names.length === 0) throw new Failure(`missing property argument\n${usage}`, 2)
  const property = fullName(given)
  return context.store.transaction(() => {
    for (const name of names) {
      const place = findDataset(context.store, name)
      if (!place) throw missingDataset(name)
      const checked = isUserProperty(property) ? null : checkSetting(property, 'none', place.dataset.type, true)
      if (checked && 'fault' in checked && checked.fault.startsWith('invalid property')) {
        throw new Failure(`${checked.fault}\n${usage}`, 2)
      }
      if (NOT_INHERITED.has(property) && !flags.has('S')) throw new Failure(notInherited(property))
      const tree = [place.dataset, ...(flags.has('r') ? descendants(place.pool, name) : [])]
      for (const dataset of tree) {
        if (!mayDo(context.user, place.pool, dataset, rightToSet(property))) {
          throw new Failure(`cannot inherit ${property} for '${dataset.name}': permission denied`)
        }
        delete dataset.local[property]
        if (!flags.has('S')) delete dataset.received[property]
        nextTxg(context, place.pool)
        remount(context, { pool: place.pool, dataset }, property)
      }
    }
    return 0
  })
}
