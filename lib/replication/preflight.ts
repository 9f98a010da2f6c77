import type { PlanInput } from './plan/draft.ts'
import { isDegraded } from './pool-health.ts'
import { rightsCheck } from './preflight/rights-check.ts'
import type { Check, CommandsRole, Plan, Step } from './types.ts'

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
