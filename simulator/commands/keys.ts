import { isReadable } from '../properties/settings.ts'
import { type Command, type Context, nextTxg } from '../state/environment.ts'
import { mayDo } from '../state/rights.ts'
import { openDataset, type Place, parentIn } from '../state/tree.ts'
import { Failure, usageOf } from '../words/fail.ts'
import { parseOptions } from '../words/options.ts'

function openRoot(context: Context, name: string, action: 'load' | 'unload'): Place {
  const place = openDataset(context.store, name)
  const refuse = (why: string) => new Failure(`Key ${action} error: ${why}`, 255)
  if (place.dataset.encryptionRoot === null) throw refuse(`'${name}' is not encrypted.`)
  if (place.dataset.encryptionRoot !== place.dataset.id)
    throw refuse(`Keys must be ${action}ed for encryption root of '${name}'.`)
  if (!mayDo(context.user, place.pool, place.dataset, 'load-key')) throw refuse('Permission denied.')
  return place
}

/** `zfs change-key -i NAME`: from then on the key of what stands above opens it. */
export const changeKey: Command = (context, args) => {
  const options = parseOptions(args, 'i', usageOf('change-key'))
  const [name = ''] = options.operands
  if (!options.flags.has('i')) throw new Failure('Key change error: the simulator only lets a dataset inherit.', 255)
  return context.store.transaction(() => {
    const { pool, dataset } = openDataset(context.store, name)
    const above = parentIn(pool, dataset)
    const refuse = (why: string) => new Failure(`Key change error: ${why}`, 255)
    if (dataset.encryptionRoot !== dataset.id || above === null || above.encryptionRoot === null)
      throw refuse('the simulator knows only encryption roots below an encrypted dataset.')
    if (!isReadable(pool, above)) throw refuse('Parent key must be loaded.')
    if (!isReadable(pool, dataset)) throw refuse('Key must be loaded.')
    for (const one of pool.datasets) if (one.encryptionRoot === dataset.id) one.encryptionRoot = above.encryptionRoot
    for (const property of ['encryption', 'keyformat', 'keylocation']) delete dataset.local[property]
    delete dataset.secret
    dataset.keyLoaded = false
    nextTxg(context, pool)
    return 0
  })
}

/** `zfs load-key NAME`, the passphrase by stdin. */
export const loadKey: Command = (context, args) => {
  const [name = ''] = parseOptions(args, 'nL:', usageOf('load-key')).operands
  return context.store.transaction(() => {
    const { pool, dataset } = openRoot(context, name, 'load')
    if (dataset.keyLoaded) throw new Failure(`Key load error: Key already loaded for '${name}'.`, 255)
    const secret = context.io.readText().split('\n')[0]
    if (secret !== dataset.secret) throw new Failure(`Key load error: Incorrect key provided for '${name}'.`, 255)
    dataset.keyLoaded = true
    nextTxg(context, pool)
    return 0
  })
}

/** `zfs unload-key NAME`. */
export const unloadKey: Command = (context, args) => {
  const [name = ''] = parseOptions(args, '', usageOf('unload-key')).operands
  return context.store.transaction(() => {
    const { pool, dataset } = openRoot(context, name, 'unload')
    if (!dataset.keyLoaded) throw new Failure(`Key unload error: Key already unloaded for '${name}'.`, 255)
    if (pool.datasets.some((one) => one.mounted && one.encryptionRoot === dataset.id)) {
      throw new Failure(`Key unload error: '${name}' is busy.`, 255)
    }
    dataset.keyLoaded = false
    nextTxg(context, pool)
    return 0
  })
}
