import { parentOf } from '#lib/zfs/names.ts'
import { RECEIVE, rightsOfCommand } from '#lib/zfs/rights.ts'
import { isDegraded } from '../space.ts'
import type { Inventory, Rights } from '../types/inventory.ts'
import type { Check, CommandsRole, Plan, Step } from '../types/plan.ts'
import type { PlanInput } from './draft.ts'

/** What is looked at before a byte moves: a tick each, or a reason with its cure. Space comes later, with the estimate. */
export function preflight(input: PlanInput, steps: readonly Step[]): readonly Check[] {
  const { inventory } = input
  if (inventory.rights === undefined || steps.length === 0) return []
  return [
    rightsCheck(inventory, inventory.rights, steps),
    receiveCheck(input),
    poolCheck(input),
    ...keyCheck(input),
    ...heldCheck(input),
    ...backupChecks(input, steps),
  ]
}

/** The first check that failed, as what stands in the way. */
export function blockedBy(checks: readonly Check[]): Plan['blocked'] {
  const failed = checks.find(({ state }) => state === 'failed')
  if (failed === undefined) return null
  return { code: BLOCKED_CODES[failed.id] ?? 'HELD', because: failed.sentence, cure: failed.cure ?? '' }
}

const BLOCKED_CODES: Readonly<Partial<Record<Check['id'], string>>> = {
  rights: 'PERMISSION_MISSING',
  space: 'LOW_SPACE',
  quota: 'LOW_SPACE',
  pool: 'POOL_UNAVAILABLE',
}

function receiveCheck({ inventory, mapping, options }: PlanInput): Check {
  const { backup } = inventory
  const stored = backup.state === 'present' && backup.facts.receiveResumeToken !== null
  const whose = options.ownToken === true ? 'our own' : 'stored'
  const sentence = stored
    ? `A ${whose} partial receive is in ${mapping.backup.dataset}; the plan takes it into account.`
    : `No other receive was seen on ${mapping.backup.dataset}.`
  return { id: 'receive', state: 'ok', sentence, cure: null }
}

function poolCheck({ inventory }: PlanInput): Check {
  const pools = [inventory.primaryPool, inventory.backupPool]
  const sentence = pools
    .map((pool) => (pool === null ? 'a pool was not listed' : `${pool.name} ${pool.health}`))
    .join(', ')
  if (pools.includes(null)) return { id: 'pool', state: 'unknown', sentence: `Pools: ${sentence}.`, cure: null }
  if (isDegraded(inventory))
    return { id: 'pool', state: 'warning', sentence: `Pools: ${sentence}.`, cure: 'Replace the failed disk soon.' }
  return { id: 'pool', state: 'ok', sentence: `Pools: ${sentence}.`, cure: null }
}

function keyCheck({ inventory, mapping }: PlanInput): readonly Check[] {
  const { primary } = inventory
  if (primary.state !== 'present' || primary.facts.encryption === 'off') return []
  const loaded = primary.facts.keyStatus === 'available'
  const sentence = `${mapping.primary.dataset} is encrypted; its key is ${loaded ? 'loaded' : 'not loaded, so only a raw stream can be sent'}.`
  return [{ id: 'key', state: 'ok', sentence, cure: null }]
}

function heldCheck({ inventory }: PlanInput): readonly Check[] {
  const { backup } = inventory
  if (backup.state !== 'present') return []
  const held = backup.snapshots.filter(({ holds }) => holds > 0)
  if (held.length === 0) return []
  const sentence = `${held.length === 1 ? `@${held[0]?.name} is` : `${held.length} snapshots are`} held on the backup; a hold stops nothing that destroys nothing.`
  return [{ id: 'holds', state: 'ok', sentence, cure: null }]
}

function backupChecks({ inventory, mapping }: PlanInput, steps: readonly Step[]): readonly Check[] {
  const { backup } = inventory
  if (backup.state !== 'present') return []
  const { facts } = backup
  const { dataset, host } = mapping.backup
  const checks: Check[] = []
  if (!facts.readonly) {
    const cure = `On ${host}: zfs set readonly=on ${dataset}`
    checks.push({
      id: 'readonly',
      state: 'warning',
      sentence: `${dataset} is not readonly: whatever mounts it can change it.`,
      cure,
    })
  }
  const has = (role: CommandsRole) => steps.some((step) => step.kind === 'commands' && step.role === role)
  if (facts.mounted && has('swap') && !has('unmount'))
    checks.push({
      id: 'mounted',
      state: 'warning',
      sentence: `${dataset} is mounted: until it is unmounted, its path shows the set-aside.`,
      cure: `After the repair, see docs/recovery.md, "A set-aside is still mounted in B's place".`,
    })
  else if (facts.mounted) {
    const what = has('unmount') ? 'it is unmounted for the swap, unless something uses it' : 'nothing is unmounted'
    checks.push({ id: 'mounted', state: 'ok', sentence: `${dataset} is mounted; ${what}.`, cure: null })
  }
  return checks
}

/** Do the logins have the rights that the commands need? What cannot be read is tried: ZFS refuses harmlessly. */
function rightsCheck(
  { mapping, missingParents = [] }: Pick<Inventory, 'mapping' | 'missingParents'>,
  rights: Rights,
  steps: readonly Step[],
): Check {
  const needed = neededRights(steps, mapping.backup.dataset)
  // A line for the dataset above the backup serves whatever is made there, too; what is missing itself can be given none.
  const on = parentOf(missingParents[0] ?? mapping.backup.dataset) ?? mapping.backup.dataset
  const { primary, backup, onBackup = backup } = rights
  const lacking = (need: keyof NeededRights) => [
    ...lacks(mapping.primary.host, mapping.primary.dataset, missing(primary, needed.primary[need])),
    ...lacks(mapping.backup.host, on, [
      ...missing(backup, needed.backup[need]),
      ...missing(onBackup, needed.onBackup[need]),
    ]),
  ]
  const required = lacking('required')
  if (required.length > 0) return check('failed', required)
  const unknown = [
    ...(primary === null ? [mapping.primary.host] : []),
    ...(backup === null || onBackup === null ? [mapping.backup.host] : []),
  ]
  if (unknown.length > 0) {
    const sentence = `${unknown.join(' and ')} did not say what the login may do; what is missing is refused before anything is changed.`
    return { id: 'rights', state: 'unknown', sentence, cure: null }
  }
  const wished = lacking('wanted')
  if (wished.length > 0) return check('warning', wished)
  return { id: 'rights', state: 'ok', sentence: 'The logins have the rights that the commands need.', cure: null }
}

interface Lack {
  readonly sentence: string
  readonly line: string
}

function missing(has: Rights['primary'], wanted: ReadonlySet<string>): readonly string[] {
  return has === null || has === 'all' ? [] : missingFrom(has, wanted)
}

function lacks(host: string, on: string, rights: readonly string[]): readonly Lack[] {
  if (rights.length === 0) return []
  const named = [...new Set(rights)].toSorted()
  return [
    {
      sentence: `On ${host} the login lacks ${named.join(', ')} for ${on}.`,
      line: `on ${host}: zfs allow LOGIN ${named.join(',')} ${on}`,
    },
  ]
}

function check(state: Check['state'], lacking: readonly Lack[]): Check {
  return {
    id: 'rights',
    state,
    sentence: lacking.map(({ sentence }) => sentence).join(' '),
    cure: `Let the SAN's admin run: ${lacking.map(({ line }) => line).join('; ')}`,
  }
}

interface NeededRights {
  /** Without it the plan fails. */
  readonly required: ReadonlySet<string>
  /** Without it a step of the plan becomes a warning. */
  readonly wanted: ReadonlySet<string>
}

/** What the commands of these steps ask of `zfs allow`. */
interface NeededBySide {
  readonly primary: NeededRights
  /** On what is made beside the backup, or in its place. */
  readonly backup: NeededRights
  /** On the backup as it is now: what was delegated on it alone is enough there. */
  readonly onBackup: NeededRights
}

/** `backup`: the name of the backup dataset. */
function neededRights(steps: readonly Step[], backup: string): NeededBySide {
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
