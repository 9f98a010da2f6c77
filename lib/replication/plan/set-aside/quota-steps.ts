import { setLimit } from '#lib/zfs/write-commands.ts'
import { type CommandsDraft, optionalStep, type PlanInput } from '../draft.ts'
import type { Quota } from './carry-over.ts'

/** What metadata a new line may need beyond what the backup took. */
const MARGIN = 1024 ** 2

export interface QuotaSteps {
  readonly beforeSwap: readonly CommandsDraft[]
  readonly afterSwap: readonly CommandsDraft[]
}

/**
 * The backup's quotas on the new line: by then it owns what it is to hold, so ZFS refuses only what is exceeded already,
 * and the swap goes on without. Before the swap, because a process that dies in between would lose them; but a quota
 * under which the children may not fit would stop their renames half-way, so that one comes after them.
 */
export function quotaSteps(
  input: PlanInput,
  quotas: readonly Quota[],
  line: { readonly name: string; readonly children: number; readonly fitsIn: (bytes: number) => boolean },
): QuotaSteps {
  const { dataset } = input.mapping.backup
  const isSafe = ({ name, value }: Quota) => name === 'refquota' || line.children === 0 || line.fitsIn(Number(value))
  return {
    beforeSwap: quotas.filter(isSafe).map((quota) => step(input, quota, line.name)),
    afterSwap: quotas.filter((quota) => !isSafe(quota)).map((quota) => step(input, quota, dataset)),
  }
}

/** Would everything that the backup takes now, its children included, fit? A rewound line never takes more. */
export function withinUsed(used: number): (bytes: number) => boolean {
  return (bytes) => used + MARGIN <= bytes
}

function step({ mapping, options }: PlanInput, { name, value }: Quota, on: string): CommandsDraft {
  const { host, dataset } = mapping.backup
  const title = `Give the new line of ${dataset} its ${name}=${value}`
  const argv = setLimit(options.zfsCommands.backup, on, name, value)
  return optionalStep('limits', host, title, argv, 'starts again')
}
