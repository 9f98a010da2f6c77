import { RECEIVE, rightsOfCommand } from '#lib/zfs/rights.ts'
import type { Step } from '../types.ts'

export interface NeededRights {
  /** Without it the plan fails. */
  readonly required: ReadonlySet<string>
  /** Without it a step of the plan becomes a warning. */
  readonly wanted: ReadonlySet<string>
}

/** What the commands of these steps ask of `zfs allow`. */
export interface NeededBySide {
  readonly primary: NeededRights
  /** On what is made beside the backup, or in its place. */
  readonly backup: NeededRights
  /** On the backup as it is now: what was delegated on it alone is enough there. */
  readonly onBackup: NeededRights
}

/** `backup`: the name of the backup dataset. */
export function neededRights(steps: readonly Step[], backup: string): NeededBySide {
  const make = () => ({ required: new Set<string>(), wanted: new Set<string>() })
  const needed = { primary: make(), backup: make(), onBackup: make() }
  const add = (
    side: keyof typeof needed,
    argv: readonly string[],
    how: { optional?: boolean; newDataset?: boolean } = {},
  ) => {
    const { required, wanted } = rightsOfCommand(argv, how.newDataset)
    for (const right of required) (how.optional === true ? needed[side].wanted : needed[side].required).add(right)
    for (const right of wanted) needed[side].wanted.add(right)
  }
  let swapped = false
  for (const step of steps) {
    if (step.kind === 'bookmark') add('primary', step.command.argv, step)
    if (step.kind === 'transfer') {
      add('primary', step.source.argv)
      const isThere = step.into === backup && step.how !== 'full' && !swapped
      add(isThere ? 'onBackup' : 'backup', step.sink.argv, { newDataset: step.how === 'full' })
    }
    if (step.kind === 'commands') {
      const side = ON_THE_PRIMARY.has(step.role) ? 'primary' : ON_THE_BACKUP.has(step.role) ? 'onBackup' : 'backup'
      for (const { argv } of step.commands) add(side, argv, step)
      swapped ||= step.role === 'swap'
    }
  }
  return needed
}

const ON_THE_PRIMARY: ReadonlySet<Extract<Step, { kind: 'commands' }>['role']> = new Set(['keep', 'release'])
const ON_THE_BACKUP: ReadonlySet<Extract<Step, { kind: 'commands' }>['role']> = new Set(['discard', 'rollback', 'hold'])

/** Those of the wanted that the login does not have; `receive` includes `receive:append`. */
export function missingFrom(has: ReadonlySet<string>, wanted: ReadonlySet<string>): readonly string[] {
  return [...wanted].filter((right) => !has.has(right) && !(right === RECEIVE && has.has('receive'))).toSorted()
}
