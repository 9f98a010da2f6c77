import { nextTxg } from '../changes/environment.ts'
import type { Command, Context } from '../cli/context.ts'
import { Failure } from '../cli/fail.ts'
import { parseOptions } from '../cli/options.ts'
import { mayDo } from '../cli/rights.ts'
import { usageOf } from '../cli/usage.ts'
import { openDataset, type Place } from '../state/tree.ts'

function openRoot(context: Context, name: string, action: 'load' | 'unload'): Place {
  const place = openDataset(context.store, name)
  const refuse = (why: string) => new Failure(`Key ${action} error: ${why}`, 255)
  if (place.dataset.encryptionRoot === null) throw refuse(`'${name}' is not encrypted.`)
  if (place.dataset.encryptionRoot !== place.dataset.id)
    throw refuse(`Keys must be ${action}ed for encryption root of '${name}'.`)
  if (!mayDo(context.user, place.pool, place.dataset, 'load-key')) throw refuse('Permission denied.')
  return place
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
