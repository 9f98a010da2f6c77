import { createDataset } from '../changes/dataset.ts'
import { settingOf } from '../properties/settings.ts'
import { parseSize } from '../properties/sizes.ts'
import type { Command, Context } from '../state/environment.ts'
import { assertWritable, mayDo } from '../state/rights.ts'
import { findDataset, parentOfNew } from '../state/tree.ts'
import { Failure, usageOf } from '../words/fail.ts'
import { parentOf, parseNewDataset } from '../words/names.ts'
import { allValues, lastValue, parseOptions } from '../words/options.ts'
import { checkedProperties, parseAssignments } from './assignments.ts'

/** What a volume books beside its size, for its metadata. */
const volumeMetadataShare = 1.25

/** `zfs create [-psu] [-o p=v]… [-V SIZE] NAME`. */
export const create: Command = (context, args) => {
  const usage = usageOf('create')
  const options = parseOptions(args, 'psuPnvo:V:b:', usage)
  const [name] = options.operands
  if (name === undefined) throw new Failure(`missing dataset argument\n${usage}`, 2)
  parseNewDataset(name)
  const size = lastValue(options, 'V')
  const type = size === undefined ? 'filesystem' : 'volume'
  const assignments = parseAssignments(allValues(options, 'o'), usage)
  const secret = readSecret(context, assignments)

  return context.store.transaction(() => {
    const { store } = context
    if (options.flags.has('p')) makeParents(context, name)
    const { pool, dataset: parent } = parentOfNew(store, name)
    assertWritable(pool, `cannot create '${name}'`)
    const refuse = (fault: string) => new Failure(`cannot create '${name}': ${fault}`)
    if (findDataset(store, name)) {
      if (options.flags.has('p')) return 0
      throw refuse('dataset already exists')
    }
    if (parent.type === 'volume') throw refuse('parent is not a filesystem')
    const properties = checkedProperties(assignments, type, refuse, context.user, pool, parent)
    if (!mayDo(context.user, pool, parent, 'create', 'mount')) throw refuse('permission denied')
    if (size !== undefined) {
      const bytes = parseSize(size)
      if (bytes === null) throw new Failure(`bad volume size '${size}': bad numeric value '${size}'\n${usage}`, 2)
      properties.volsize = String(bytes)
      if (!options.flags.has('s')) properties.refreservation = String(Math.ceil(bytes * volumeMetadataShare))
    }
    const made = createDataset(context, pool, { name, type, properties, ...(secret === null ? {} : { secret }) })
    const canMount = (properties.canmount ?? 'on') === 'on' && context.user === 'root' && !options.flags.has('u')
    const mountpoint = settingOf(pool, made, 'mountpoint')?.value ?? 'none'
    made.mounted = type === 'filesystem' && canMount && mountpoint.startsWith('/')
    return 0
  })
}

function makeParents(context: Context, name: string): void {
  const parent = parentOf(name)
  if (parent === null || findDataset(context.store, parent)) return
  makeParents(context, parent)
  const { pool } = parentOfNew(context.store, parent)
  createDataset(context, pool, { name: parent, type: 'filesystem', mounted: context.user === 'root' })
}

/** A passphrase comes by stdin, as with `keylocation=prompt`. */
function readSecret(context: Context, assignments: Map<string, string>): string | null {
  const cipher = assignments.get('encryption')
  if (cipher === undefined || cipher === 'off') return null
  if (cipher === 'on') assignments.set('encryption', 'aes-256-gcm')
  assignments.set('keylocation', assignments.get('keylocation') ?? 'prompt')
  return context.io.readText().split('\n')[0] ?? ''
}
