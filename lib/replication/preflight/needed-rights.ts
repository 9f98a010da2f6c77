import { RECEIVE, rightsOfCommand } from '#lib/zfs/rights-of-command.ts'
import type { Step } from '../types.ts'

export interface NeededRights {
  /** Without it the plan fails. */
  readonly required: ReadonlySet<string>
  /** Without it a step of the plan becomes a warning. */
  readonly wanted: ReadonlySet<string>
}

/** What the commands of these steps ask of `zfs allow` on either side. */
export function neededRights(steps: readonly Step[]): {
  readonly primary: NeededRights
  readonly backup: NeededRights
} {
  const primary = { required: new Set<string>(), wanted: new Set<string>() }
  const backup = { required: new Set<string>(), wanted: new Set<string>() }
  const add = (
    side: typeof primary,
    argv: readonly string[],
    how: { optional?: boolean; newDataset?: boolean } = {},
  ) => {
    const { required, wanted } = rightsOfCommand(argv, how.newDataset)
    for (const right of required) (how.optional === true ? side.wanted : side.required).add(right)
    for (const right of wanted) side.wanted.add(right)
  }
  for (const step of steps) {
    if (step.kind === 'bookmark') add(primary, step.command.argv, step)
    if (step.kind === 'transfer') {
      add(primary, step.source.argv)
      add(backup, step.sink.argv, { newDataset: step.how === 'full' })
    }
    if (step.kind === 'commands') for (const { argv } of step.commands) add(backup, argv, step)
  }
  return { primary, backup }
}

/** Those of the wanted that the login does not have; `receive` includes `receive:append`. */
export function missingFrom(has: ReadonlySet<string>, wanted: ReadonlySet<string>): readonly string[] {
  return [...wanted].filter((right) => !has.has(right) && !(right === RECEIVE && has.has('receive'))).toSorted()
}
