import { Refusal } from '#lib/engine/refusal.ts'
import type { DatasetView, Engine, Started } from '#lib/engine/types.ts'
import { PERSON } from '#tests/bed/bed.ts'
import { truthOf } from '#tests/invariants/oracle.ts'
import { takeStock } from '#tests/invariants/stock.ts'
import type { Field } from './field.ts'
import { zfs } from './places.ts'

const ROUNDS = 12
const HOUR = 3600_000

/** I10: once nothing is wrong any more, everything heals, with at most one press of a button, or it says what a person must do. */
export async function converge(field: Field): Promise<string[]> {
  const { bed } = field
  bed.faults.clear()
  bed.failingWrites = 0
  for (const host of bed.hosts.values()) {
    host.up = true
    host.setClock(0)
    host.zfs.setPool(host.pool, { health: 'ONLINE', imported: true, readonly: false, size: 1e9 })
  }
  await liftLimits(field)
  bed.witness.life.endAtCall(Number.POSITIVE_INFINITY, true)
  // A clock that goes back to a second which a dataset has had is noticed by a look in between, as the schedule makes them.
  await bed.look(false)
  await bed.idle()
  // A repair that was under way had read one before it was lifted, and gave it to the line that took the backup's place.
  await liftLimits(field)
  // Whatever takes the snapshots on the primary goes on doing so.
  for (const name of field.primaries) if (field.find('a', name) !== null) field.snapshot(name, 50_000)
  await bed.clock.pass(3 * HOUR)
  // The call that it was to be killed at had begun before, and took its time.
  await field.startAgainIfKilled()
  await bed.idle()
  for (let round = 0; round < ROUNDS; round++) {
    await bed.scan()
    if (field.engine.datasets().every((view) => isSettled(view))) break
    await bed.clock.pass(2 * HOUR)
    if (round > 3) await press(field)
  }
  field.lookBegan = bed.clock.now()
  await bed.look(false)
  field.justLooked = true
  const stock = takeStock(bed)
  return field.engine.datasets().flatMap((view) => {
    const { id } = view.dataset
    field.counts.add('ended', `${view.verdict.health} ${view.verdict.reason.code}`)
    if (view.dataset.retired || isSettled(view)) return []
    const truth = truthOf(stock, view, bed.clock.now())
    const { plan, verdict } = view
    const codes = verdict.reasons.map(({ code }) => code).join(' ')
    if (plan === null) return [`I10 ${id} (${codes}) has no plan`]
    if (!saysWhatToDo(view)) return [`I10 ${id} (${codes}, ${plan.kind}) does not heal and says nobody what to do`]
    const easy =
      truth.base !== null &&
      truth.behind.length > 0 &&
      truth.backup !== null &&
      truth.backup.written === 0 &&
      truth.ahead.length === 0 &&
      truth.backup.partial === null &&
      !isHeldByPerson(view)
    // What another tool sent as plain text a raw stream cannot go on from.
    const needsPerson = verdict.reasons.some(({ code }) => code === 'NAME_CLASH' || code === 'ENCRYPTION_MISMATCH')
    return easy && !needsPerson
      ? [`I10 ${id} (${codes}, ${plan.kind}, ${plan.automatic.code}) only had to catch up and did not`]
      : []
  })
}

/** A limit that nothing fits into any more is a person's to lift. */
async function liftLimits(field: Field): Promise<void> {
  for (const host of field.bed.hosts.values())
    for (const { name, limit } of field.tightLimits(host)) await zfs(host, 'set', `${limit}=none`, name)
}

/** Nothing more is to be done about it. */
function isSettled({ plan, verdict }: DatasetView): boolean {
  return plan?.kind === 'NOTHING' && verdict.looked
}

/** No button starts it then. That may not be what is said first: without automatic repairs that comes before the pause. */
function isHeldByPerson({ dataset, pause }: DatasetView): boolean {
  return dataset.config.policy.dryRun || pause !== null
}

/** A person who does what the product offers. */
async function press({ bed, engine }: Field): Promise<void> {
  for (const view of engine.datasets()) {
    if (view.dataset.retired || view.plan === null || view.plan.blocked !== null || view.plan.kind === 'NOTHING')
      continue
    if (isHeldByPerson(view)) continue
    const started = await bed.run(repairIfFree(engine, view.dataset.id))
    if (started !== null) await bed.run(started.done)
  }
}

/** One that runs already needs no button. */
async function repairIfFree(engine: Engine, datasetId: string): Promise<Started | null> {
  try {
    return await engine.repair({ datasetId, trigger: PERSON })
  } catch (error) {
    if (error instanceof Refusal && error.code === 'ALREADY_RUNNING') return null
    throw error
  }
}

function saysWhatToDo({ plan, verdict, pause }: DatasetView): boolean {
  if (pause !== null) return true
  const blocked = plan?.blocked ?? null
  if (blocked !== null) return blocked.because !== '' && (blocked.cure !== '' || verdict.reason.action !== null)
  return plan?.automatic.allowed === false && plan.automatic.because !== '' && verdict.reason.action !== null
}
