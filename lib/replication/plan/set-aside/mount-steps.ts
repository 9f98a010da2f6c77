import { mount, unmount } from '#lib/zfs/write-commands.ts'
import type { PresentSide } from '../../types.ts'
import { type CommandsDraft, optionalStep, type PlanInput } from '../draft.ts'

export interface MountSteps {
  readonly beforeSwap: readonly CommandsDraft[]
  readonly afterSwap: readonly CommandsDraft[]
  readonly notes: readonly string[]
}

/**
 * A rename leaves a mount where it is: what was mounted as the backup goes on to show the set-aside in its place. On Linux
 * only root can unmount, and never by force: where something uses it, ZFS refuses, and it stays as it is. A backup with
 * children is left alone: they would all be unmounted with it.
 */
export function mountSteps(input: PlanInput, { facts }: PresentSide): MountSteps {
  const { mapping, inventory, options } = input
  const { host, dataset } = mapping.backup
  if (facts.type !== 'filesystem' || !facts.mounted) return { beforeSwap: [], afterSwap: [], notes: [] }
  const shows = `until it is unmounted on ${host}, this path shows the set-aside`
  const swap = inventory.swap
  const isAlone = swap != null && swap.children.length === 0
  // Without its key, which a promote may take from memory, it could not be mounted again.
  const canBeMounted = swap != null && swap.canmount !== 'off' && facts.encryption === 'off'
  if (inventory.rights?.backup !== 'all' || !isAlone || !canBeMounted) {
    const note = `${dataset} is mounted and stays so, under its new name, where it was: ${shows}, not the backup.`
    return { beforeSwap: [], afterSwap: [], notes: [note] }
  }
  const zfs = options.zfsCommands.backup
  return {
    beforeSwap: [optionalStep('unmount', host, `Unmount ${dataset}, unless something uses it`, unmount(zfs, dataset))],
    afterSwap: [optionalStep('mount', host, `Mount ${dataset} again, if it was unmounted`, mount(zfs, dataset))],
    notes: [
      `${dataset} is mounted: it is unmounted for the swap, and mounted again after it. Where something uses it, it stays mounted: ${shows}.`,
    ],
  }
}
