import { isPropertyOperand, propertyValueFault } from '#lib/zfs/operand.ts'
import { carriageOf, rightToSet } from '#lib/zfs/rights.ts'
import type { DatasetType } from '#lib/zfs/types.ts'
import { type Properties, setLimit } from '#lib/zfs/write-commands.ts'
import type { Rights, SwapFacts } from '../types/inventory.ts'
import { type CommandsDraft, optionalStep, type PlanInput } from './draft.ts'

/** Which of the backup's own properties the new line gets, and what is to be said about the others. */
interface CarryOver {
  /** It begins with them. */
  readonly properties: Properties
  /** Set on it before it takes the backup's place, each for itself: one that ZFS refuses ends nothing. */
  readonly quotas: readonly Quota[]
  readonly notes: readonly string[]
}
export interface Quota {
  readonly name: 'quota' | 'refquota'
  /** Bytes, as ZFS printed them. */
  readonly value: string
}

interface CarryFrom {
  readonly facts: SwapFacts
  /** Null: not known; then everything is tried. */
  readonly rights: Rights['backup']
  readonly from: DatasetType
  readonly to: DatasetType
  /** The backup, for the commands that a person is given. */
  readonly host: string
  readonly dataset: string
}

/**
 * A right that is missing for one property refuses the whole clone, so what the login may not set is left out and named.
 */
export function carryOver({ facts, rights, from, to, host, dataset }: CarryFrom): CarryOver {
  if (from !== to) {
    const why = `Its properties are those of a ${from} and are not carried over to the ${to}.`
    return { properties: {}, quotas: [], notes: facts.local.length === 0 ? [] : [why] }
  }
  const properties: Record<string, string> = {}
  const quotas: Quota[] = []
  const refused: string[] = []
  const limitsRefused: string[] = []
  const reserved: string[] = []
  const odd: string[] = []
  let spent = 0
  for (const { name, value } of facts.local) {
    const carriage = carriageOf(name)
    const allowed = rights === null || rights === 'all' || rights.has(rightToSet(name))
    const isSet = value !== '0' && value !== 'none'
    if (carriage === 'reservation' && isSet) reserved.push(`${name}=${value}`)
    if (carriage === 'quota' && isSet) {
      if (allowed) quotas.push({ name: name === 'quota' ? 'quota' : 'refquota', value })
      else limitsRefused.push(`${name}=${value}`)
    }
    if (carriage !== 'given') continue
    const fault = propertyValueFault(value) ?? tooMuch(value, spent)
    if (!isPropertyOperand(name)) odd.push(`${name} (no command can name it)`)
    else if (fault !== null) odd.push(`${name} (the value ${fault})`)
    else if (allowed) {
      properties[name] = value
      spent += lengthOnTheWay(value)
    } else if (name.endsWith('_limit')) limitsRefused.push(`${name}=${value}`)
    else refused.push(name)
  }
  const byHand = (settings: readonly string[]) => `on ${host}: zfs set ${settings.join(' ')} ${dataset}`
  return {
    properties,
    quotas,
    notes: [
      ...about(reserved, (them) => {
        return `${them.join(', ')}: not set on the new line, because the set-aside still holds it and the space would be booked twice. After removing the set-aside, ${byHand(them)}`
      }),
      ...about(limitsRefused, (them) => {
        return `${them.join(', ')}: not carried over, because the login may not set it there. By hand, ${byHand(them)}`
      }),
      ...about(refused, (them) => `${them.join(', ')}: not carried over, because the login may not set it there.`),
      ...about(odd, (them) => {
        const note = `not carried over, because it cannot be given from here. The set-aside has it: set it by hand on ${host}, on ${dataset}.`
        return `${them.join(', ')}: ${note}`
      }),
    ],
  }
}

/** All of them go into one command, whose length has a limit; so much of it, in characters, may be values. */
const MOST_OF_A_COMMAND = 24 * 1024

function tooMuch(value: string, spent: number): string | null {
  return spent + lengthOnTheWay(value) > MOST_OF_A_COMMAND ? 'does not fit into one command with the others' : null
}

/** A value is quoted twice: each quote in it becomes thirteen characters. */
function lengthOnTheWay(value: string): number {
  return value.length + 12 * value.split("'").length
}

function about(names: readonly string[], say: (names: readonly string[]) => string): readonly string[] {
  return names.length === 0 ? [] : [say(names)]
}

/** What metadata a new line may need beyond what the backup took. */
const MARGIN = 1024 ** 2

interface QuotaSteps {
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
