import { forgetBookings } from '#tests/invariants/bookings.ts'
import { checkInvariants } from '#tests/invariants/check.ts'
import { type Stock, takeStock } from '#tests/invariants/stock.ts'
import { Broken } from './broken.ts'
import { converge } from './converge.ts'
import { Counts } from './counts.ts'
import { Field } from './field.ts'
import { ON_SANS } from './on-sans.ts'
import { ON_WITNESS } from './on-witness.ts'
import type { Operation, Sequence } from './operation.ts'

export interface Played {
  /** Null: every invariant held. */
  readonly failure: { readonly step: number; readonly found: readonly string[] } | null
}

/** Plays a sequence from the beginning and checks every invariant after every step. */
export async function play(
  { seed, world = 1, operations }: Sequence,
  counts = new Counts(),
  trace?: (line: string) => void,
): Promise<Played> {
  forgetBookings()
  const field = await Field.open(seed, world, counts)
  const { bed } = field
  let step = 0
  try {
    let before = takeStock(bed)
    for (const operation of operations) {
      trace?.(`${step} ${JSON.stringify(operation)}`)
      before = await one(field, operation, before)
      step++
    }
    const found = await converge(field)
    await tally(field)
    await check(field, before)
    if ((await bed.store.integrity()) !== 'ok') found.push('I9 the database is not sound')
    return { failure: found.length === 0 ? null : { step, found } }
  } catch (error) {
    const found = error instanceof Broken ? error.found : [`crash: ${error instanceof Error ? error.stack : error}`]
    return { failure: { step, found } }
  } finally {
    if (trace !== undefined)
      for (const line of bed.log) trace(`${new Date(line.at).toISOString()} ${line.level} ${line.message}`)
    for (const [name, times] of bed.faults.hits) counts.add('faults met', name, times)
    await bed.close()
  }
}

async function one(field: Field, operation: Operation, before: Stock): Promise<Stock> {
  const { bed } = field
  const { witness } = bed
  field.counts.add('operations', operation.op)
  const onSan = ON_SANS[operation.op]
  if (onSan !== undefined) {
    field.touched()
    await onSan(field, operation)
  } else {
    field.justLooked = false
    await ON_WITNESS[operation.op]?.(field, operation)
  }
  // Work that needs no time is done before anybody looks, and the call that it is killed at may be among it.
  await bed.clock.pass(0)
  await field.startAgainIfKilled()
  // A process takes its bookings with it.
  if (bed.witness !== witness) forgetBookings()
  return check(field, before)
}

async function check(field: Field, before: Stock): Promise<Stock> {
  const { bed } = field
  const after = takeStock(bed)
  const idle = bed.engine.activeRuns().length === 0
  const removed = field.removed.union(field.agreed)
  const justLooked = field.justLooked && idle
  const { settled, lookBegan } = field
  const found = await checkInvariants(before, after, { bed, removed, idle, justLooked, lookBegan, settled })
  found.push(...field.judge(after))
  field.counts.add('checks', justLooked ? 'with the status' : 'others')
  for (const { verdict } of bed.engine.datasets())
    for (const { code } of verdict.reasons) field.counts.add('reasons', code)
  if (found.length > 0) throw new Broken(found)
  field.removed.clear()
  return after
}

/** Plans and ends of the runs of the sequence. */
async function tally({ bed, counts }: Field): Promise<void> {
  for (const { plan } of bed.engine.datasets())
    if (plan !== null) counts.add('last plans', `${plan.kind} ${plan.automatic.code}`)
  const { items } = await bed.store.runs({ limit: 200 })
  for (const { kind, state, plan, error } of items) {
    counts.add('runs', `${kind} ${state}`)
    if (kind === 'REPAIR' && plan !== null) counts.add('repairs', `${plan.kind} ${state}`)
    if (error !== null) counts.add('errors', error.kind)
  }
}
