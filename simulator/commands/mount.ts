import { isReadable, mountedTree, mountNow, mountPlace, settingOf, unmountNow } from '../properties/settings.ts'
import { type Command, type Context, nextTxg, say } from '../state/environment.ts'
import { openDataset, type Place } from '../state/tree.ts'
import { Failure, usageOf } from '../words/fail.ts'
import { parseOptions } from '../words/options.ts'

function openFilesystem(context: Context, name: string): Place {
  const place = openDataset(context.store, name)
  if (place.dataset.type === 'volume') {
    throw new Failure(`cannot open '${name}': operation not applicable to datasets of this type`)
  }
  return place
}

/** `zfs mount NAME`; without a name the list of what is mounted. On Linux only root mounts. */
export const mount: Command = (context, args) => {
  const { operands } = parseOptions(args, 'flOvo:a', usageOf('mount'))
  const [name] = operands
  if (name === undefined) {
    for (const pool of context.store.allPools().filter((one) => one.imported)) {
      for (const one of pool.datasets.filter((each) => each.mounted)) {
        say(context, `${one.name.padEnd(30)}  ${mountPlace(pool, one)}`)
      }
    }
    return 0
  }
  return context.store.transaction(() => {
    const { pool, dataset } = openFilesystem(context, name)
    const refuse = (why: string) => new Failure(`cannot mount '${name}': ${why}`)
    if (dataset.mounted) throw refuse('filesystem already mounted')
    if (!isReadable(pool, dataset)) throw refuse('encryption key not loaded')
    const mountpoint = settingOf(pool, dataset, 'mountpoint')?.value ?? 'none'
    if (mountpoint === 'legacy')
      throw new Failure(`cannot mount '${name}': legacy mountpoint\nuse mount(8) to mount this filesystem`)
    if (mountpoint === 'none') throw refuse('no mountpoint set')
    if (settingOf(pool, dataset, 'canmount')?.value === 'off') throw refuse("'canmount' property is set to 'off'")
    if (context.user !== 'root') throw refuse('Insufficient privileges')
    mountNow(dataset)
    nextTxg(context, pool)
    return 0
  })
}

/** `zfs unmount [-f] NAME`: what is below goes first. */
export const unmount: Command = (context, args) => {
  const usage = usageOf('unmount')
  const [name] = parseOptions(args, 'fua', usage).operands
  if (name === undefined) throw new Failure(`missing filesystem argument\n${usage}`, 2)
  return context.store.transaction(() => {
    const { pool, dataset } = openFilesystem(context, name)
    if (!dataset.mounted) throw new Failure(`cannot unmount '${name}': not currently mounted`)
    const tree = mountedTree(pool, dataset)
    const [first = dataset] = tree
    if (context.user !== 'root') {
      throw new Failure(`cannot unmount '${mountPlace(pool, first)}': permission denied`)
    }
    tree.forEach(unmountNow)
    nextTxg(context, pool)
    return 0
  })
}
