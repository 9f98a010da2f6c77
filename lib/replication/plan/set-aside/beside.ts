import { ownDatasetName, parseOwnDatasetName, runStamp } from '#lib/zfs/names.ts'
import type { PlanInput } from '../draft.ts'

/** The names that one set-aside uses, all with one stamp. */
export interface Beside {
  readonly aside: string
  readonly next: string
  readonly incoming: string
}

export function besideWith(dataset: string, stamp: string): Beside {
  return {
    aside: ownDatasetName(dataset, 'aside', stamp),
    next: ownDatasetName(dataset, 'next', stamp),
    incoming: ownDatasetName(dataset, 'incoming', stamp),
  }
}

/** Names that nothing has yet: the stamp of now, or the first second after it that is free. */
export function freshBeside({ mapping, inventory, options }: PlanInput): Beside {
  const taken = new Set((inventory.backupSiblings ?? []).map(({ name }) => parseOwnDatasetName(name)?.stamp))
  for (let second = Math.floor(options.now / 1000); ; second++) {
    const stamp = runStamp(second)
    if (!taken.has(stamp)) return besideWith(mapping.backup.dataset, stamp)
  }
}

/** The names that go with one that is there already. */
export function besideOf(dataset: string, own: string): Beside {
  const stamp = parseOwnDatasetName(own)?.stamp
  if (stamp === undefined) throw new RangeError(`${own} is no name of ours.`)
  return besideWith(dataset, stamp)
}

/** As `besideOf`, to go on with an earlier try; where the name of its set-aside is taken by now, the next one gets its own. */
export function besideToGoOn(input: PlanInput, own: string): Beside {
  const names = besideOf(input.mapping.backup.dataset, own)
  const taken = input.inventory.backupSiblings?.some(({ name }) => name === names.aside) === true
  return taken ? { ...names, aside: freshBeside(input).aside } : names
}
