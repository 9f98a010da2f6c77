import type { Step } from '../types.ts'

export interface NeededRights {
  /** Without it the plan fails. */
  readonly required: ReadonlySet<string>
  /** Without it a step of the plan becomes a warning. */
  readonly wanted: ReadonlySet<string>
}

/** What the commands of these steps ask of `zfs allow`, by the table in ZFS's own man page and what the lab refuses. */
export function neededRights(steps: readonly Step[]): {
  readonly primary: NeededRights
  readonly backup: NeededRights
} {
  const primary = { required: new Set<string>(), wanted: new Set<string>() }
  const backup = { required: new Set<string>(), wanted: new Set<string>() }
  const add = (to: Set<string>, ...rights: readonly string[]) => {
    for (const right of rights) to.add(right)
  }
  for (const step of steps) {
    if (step.kind === 'bookmark') add(step.optional ? primary.wanted : primary.required, 'bookmark')
    if (step.kind === 'transfer') {
      add(primary.required, 'send')
      // `send -I` takes holds of its own on every snapshot between.
      if (step.source.argv.includes('-I')) add(primary.required, 'hold')
      add(backup.required, step.force ? 'receive' : RECEIVE, 'mount')
      if (step.how === 'full') {
        add(backup.required, 'create')
        add(backup.wanted, 'readonly')
      }
    }
    if (step.kind === 'commands') {
      const rights = OF_ROLE[step.role]
      add(step.optional ? backup.wanted : backup.required, ...rights)
      if (step.role === 'swap' && step.commands.some(({ argv }) => argv.includes('set'))) {
        add(backup.required, 'readonly')
        if (step.commands.some(({ argv }) => argv.some((word) => word.startsWith('canmount=')))) {
          add(backup.required, 'canmount')
        }
      }
    }
  }
  return { primary, backup }
}

/** Either of two rights; `receive:append` is the one to give. */
export const RECEIVE = 'receive:append'

const OF_ROLE = {
  clone: ['clone', 'create', 'mount', 'readonly'],
  promote: ['promote', 'mount'],
  swap: ['rename', 'create', 'mount'],
  hold: ['hold'],
  rollback: ['rollback', 'mount', 'destroy'],
  discard: ['destroy', 'mount'],
} as const

/** Those of the wanted that the login does not have. */
export function missingFrom(has: ReadonlySet<string>, wanted: ReadonlySet<string>): readonly string[] {
  return [...wanted].filter((right) => !has.has(right) && !(right === RECEIVE && has.has('receive'))).toSorted()
}
