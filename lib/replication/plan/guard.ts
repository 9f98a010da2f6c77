import { guardedReceive, guardOf, type ReceiveGuard } from '#lib/zfs/write-commands.ts'
import type { Plan } from '../types.ts'
import type { PlanInput } from './draft.ts'

/** What the streams of a plan may not bring. */
export interface Guards {
  /** Into a dataset that the stream makes. */
  readonly made: ReceiveGuard
  /** Into one that is there. */
  readonly there: ReceiveGuard
  /** Into one that an earlier step of the plan has made, read-only like every new line. */
  readonly anew: ReceiveGuard
}

/** Null: what the login may do was not read yet, as it is before every repair and preview. */
export function guardsOf({ inventory }: PlanInput): Guards | null {
  const { rights, primary, kept } = inventory
  if (rights === undefined || primary.state !== 'present') return null
  const { type } = primary.facts
  const { backup, onBackup = backup } = rights
  const own = kept ?? new Map<string, string>()
  return {
    made: guardOf(type, backup, new Map()),
    there: guardOf(type, onBackup, own),
    anew: guardOf(type, backup, new Map([...own, ['readonly', 'on']])),
  }
}

/** A plan that a check has made, without having read the rights: its receives as they would be made now. */
export function withGuards(plan: Plan, input: PlanInput): Plan {
  const guards = guardsOf(input)
  if (guards === null) return plan
  const { dataset } = input.mapping.backup
  let anew = input.inventory.backup.state !== 'present'
  const steps = plan.steps.map((step) => {
    if (step.kind === 'commands') anew ||= step.role === 'swap'
    if (step.kind !== 'transfer') return step
    const guard = step.how === 'full' ? guards.made : anew || step.into !== dataset ? guards.anew : guards.there
    return { ...step, sink: { ...step.sink, argv: guardedReceive(step.sink.argv, guard) } }
  })
  return { ...plan, steps }
}
