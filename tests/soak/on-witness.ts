import { StoreError } from '#lib/db/errors.ts'
import { Refusal } from '#lib/engine/refusal.ts'
import type { Started } from '#lib/engine/types.ts'
import { PERSON } from '#tests/bed/bed.ts'
import type { Fault, Wrong } from '#tests/bed/faults.ts'
import { Random } from '#tests/bed/random.ts'
import { lossKey } from '#tests/invariants/losses.ts'
import { defaultsOf, type Field } from './field.ts'
import { LONG_STORIES } from './long-stories.ts'
import type { Operation } from './operation.ts'

const MINUTE = 60_000

/** What the scheduler, people at the API and the world around do with the witness. */
export const ON_WITNESS: Readonly<Record<string, (field: Field, operation: Operation) => Promise<void>>> = {
  ...LONG_STORIES,
  scan: (field) => look(field, true),
  check: (field) => look(field, false),
  async settle(field) {
    await field.bed.idle()
    await look(field, true)
    await field.bed.idle()
    await look(field, false)
  },

  async lookAtOne(field, { a }) {
    const { id } = field.view(a).dataset
    const request = { scope: { kind: 'datasets', ids: [id] }, enqueue: true, trigger: PERSON } as const
    const started = await asked(field, 'lookAtOne', () => field.engine.scan(request))
    if (started !== null) await field.bed.run(started.done)
  },

  async repair(field, { a, b }) {
    const started = await asked(field, 'repair', () =>
      field.engine.repair({ datasetId: field.view(a).dataset.id, trigger: PERSON }),
    )
    await follow(field, started, b)
  },

  /** A person sees a plan, and presses the button, perhaps after something happened on the SANs. */
  async confirm(field, { a, b, c }) {
    const { id } = field.view(a).dataset
    const preview = await asked(field, 'preview', () => field.engine.preview(id))
    if (preview === null) return
    if (c % 3 === 0) {
      const name = field.view(a).dataset.mapping.primary.dataset
      if (field.find('a', name) !== null) field.snapshot(name, c)
    }
    const { planId } = preview
    const started = await asked(field, 'confirm', () => field.engine.repair({ datasetId: id, planId, trigger: PERSON }))
    await follow(field, started, b)
  },

  /** A person who has read what would be lost chooses to lose it, or types another dataset's name. */
  async inPlace(field, { a, b, c }) {
    const { id, mapping } = field.view(a).dataset
    const { host, dataset } = mapping.backup
    // Mostly there is nothing to destroy, unless somebody worked on the backup.
    if (c % 2 === 0 && field.find(host, dataset)?.partial === null)
      field.bed.host(host).zfs.snapshot(`${dataset}@${field.newName('own')}`, { bytes: 1 + (c % 5000) })
    const preview = await asked(field, 'preview', () => field.engine.preview(id, { strategy: 'IN_PLACE' }))
    if (preview === null || preview.plan.destroys.length === 0) return
    const mistyped = c % 5 === 0
    if (!mistyped) {
      // What was written goes, also what a snapshot holds that goes.
      for (const seed of field.find(host, dataset)?.data ?? []) field.agreed.add(lossKey(host, 'live', seed))
      for (const each of preview.plan.destroys) {
        if (each.guid !== null && each.kind === 'snapshot') field.agreed.add(lossKey(host, each.kind, each.guid))
        if (each.guid !== null && each.kind === 'bookmark')
          field.agreed.add(lossKey(host, each.kind, `${each.guid}#${each.name}`))
      }
    }
    const confirm = mistyped ? `${dataset}x` : dataset
    const request = { datasetId: id, planId: preview.planId, confirm, reason: 'agreed', trigger: PERSON }
    const started = await asked(field, 'inPlace', () => field.engine.repair(request))
    await follow(field, started, b)
  },

  async twoPress(field, { a, b }) {
    const { id } = field.view(a).dataset
    const press = () => asked(field, 'twoPress', () => field.engine.repair({ datasetId: id, trigger: PERSON }))
    const [first, second] = [press(), press()]
    await first
    await second
    await field.bed.clock.pass(b % 2000)
  },

  async cancel(field, { a }) {
    const runs = field.engine.activeRuns()
    const run = runs[a % Math.max(1, runs.length)]
    if (run !== undefined) await asked(field, 'cancel', () => field.engine.cancel(run.id, 'test'))
  },

  async idle(field) {
    await field.bed.idle()
  },
  /** A moment: what is under way goes on a little. */
  async moment(field, { a }) {
    await field.bed.clock.pass(a % 3000)
  },
  async minutes(field, { a }) {
    await field.bed.clock.pass((a % 90) * MINUTE)
  },
  async hours(field, { a }) {
    await field.bed.clock.pass((1 + (a % 40)) * 60 * MINUTE)
  },
  /** The witness's clock is set, or the machine was asleep. */
  async jump(field, { a, b }) {
    const seconds = [-3600, -60, 600, 6 * 3600][a % 4] ?? 0
    field.bed.clock.jump(seconds * 1000)
    field.oracle.clockMoved(seconds, b % 2 === 0)
    if (b % 2 === 0) return
    // The witness's alone.
    for (const host of field.bed.hosts.values()) host.setClock(host.skewSeconds - seconds)
  },

  async kill(field) {
    await field.bed.restart()
  },
  /** Killed at the n-th call to the world outside from now. */
  async killSoon(field, { a, b }) {
    field.bed.witness.life.endAtCall(1 + (a % 40), b % 2 === 0)
  },
  async stop(field) {
    await field.bed.run(field.engine.stop())
    await field.bed.restart()
  },

  async reload(field, { a }) {
    const before = field.bed.settings
    const mappings = before.mappings
    await asked(field, 'reload', () => field.bed.reload({ mappings, defaults: defaultsOf(new Random(a), field.world) }))
  },

  /** A person has looked at the primary and says that it is right. */
  async adopt(field, { a }) {
    const { id, mapping } = field.view(a).dataset
    const request = { reason: 'looked at it', trigger: PERSON }
    const run = await asked(field, 'adopt', () => field.engine.adoptPrimary(id, request))
    const { host, dataset } = mapping.primary
    if (run !== null) field.oracle.adopted(`${host}:${dataset}`)
  },

  async pause(field, { a, b }) {
    const { id } = field.view(a).dataset
    const until = b % 2 === 0 ? null : field.bed.clock.now() + b * MINUTE
    await asked(field, 'pause', () => field.engine.pause(id, { until, by: 'test', reason: null }))
  },
  async resume(field, { a }) {
    await asked(field, 'resume', () => field.engine.resume(field.view(a).dataset.id, 'test'))
  },

  /** The disk of the database is full for a while. */
  async disk(field, { a }) {
    field.bed.failingWrites = 1 + (a % 6)
  },

  async fault(field, operation) {
    const fault = faultOf(field, operation)
    field.counts.add('faults set', `${fault.on} ${fault.wrong.kind}`)
    field.bed.faults.add(fault)
  },
}

export async function look(field: Field, enqueue: boolean): Promise<void> {
  const request = { scope: { kind: 'all' }, enqueue, trigger: { ...PERSON, type: 'schedule' } } as const
  const { bed } = field
  const began = bed.clock.now()
  const { witness } = bed
  const before = obstacles(field)
  const started = await asked(field, enqueue ? 'scan' : 'check', () => field.engine.scan(request))
  if (started === null) return
  const run = await bed.run(started.done)
  field.justLooked = run?.state === 'SUCCEEDED'
  field.lookBegan = began
  const clear = before !== null && before === obstacles(field)
  if (run !== null && bed.witness === witness) field.lastCheck = { began, clear, succeeded: run.state === 'SUCCEEDED' }
}

/** How often something stood between the witness and the SANs so far; null: something does now. */
function obstacles({ bed }: Field): number | null {
  const { failingWrites, writeFailed, faults, hosts } = bed
  if (failingWrites > 0 || writeFailed || [...hosts.values()].some(({ up }) => !up)) return null
  return [...faults.hits].reduce((sum, [name, times]) => sum + (name.startsWith('batch') ? times : 0), 0)
}

/** What was asked of the engine, in virtual time; a refusal is an answer. */
async function asked<T>(field: Field, what: string, ask: () => Promise<T>): Promise<T | null> {
  try {
    return await field.bed.run(ask())
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof StoreError)) throw error
    field.counts.add('refusals', `${what} ${error instanceof Refusal ? error.code : `store ${error.kind}`}`)
    return null
  }
}

/** Waits for the end, or lets it go on beside what comes next. */
async function follow(field: Field, started: Started | null, b: number): Promise<void> {
  if (started === null) return
  if (b % 2 === 0) await field.bed.run(started.done)
  else await field.bed.clock.pass(b % 2000)
}

function faultOf(field: Field, { a, b, c }: Operation): Fault {
  const on = (['batch', 'source', 'sink', 'source', 'sink'] as const)[a % 5] ?? 'batch'
  const host = on === 'source' ? field.primaryHost() : on === 'batch' ? field.hostBy(a >> 3) : notFirst(field, a >> 3)
  const times = c % 7 === 0 ? 40 : 1 + (c % 3)
  return { host: host.id, on, times, wrong: on === 'batch' ? wrongBatch(b, c) : wrongLeg(field, b, c) }
}

function notFirst(field: Field, a: number) {
  const others = [...field.bed.hosts.values()].slice(1)
  return others[a % others.length] ?? field.primaryHost()
}

function wrongBatch(b: number, c: number): Wrong {
  const all: readonly Wrong[] = [
    { kind: 'connect', as: 'timeout' },
    { kind: 'connect', as: 'refused' },
    { kind: 'connect', as: 'auth' },
    { kind: 'connect', as: 'host-key-changed' },
    { kind: 'cut', after: c % 4, ran: c % 2 === 0 },
    { kind: 'hang', after: c % 4 },
    { kind: 'garble', at: c },
    { kind: 'lost-end' },
    { kind: 'refuse', exitCode: 1, stderr: REFUSALS[c % REFUSALS.length] ?? '' },
    { kind: 'noise', stderr: 'Warning: Permanently added something to something.' },
  ]
  return all[b % all.length] ?? { kind: 'lost-end' }
}

function wrongLeg(field: Field, b: number, c: number): Wrong {
  const after = (c * 7) % 250_000
  const all: readonly Wrong[] = [
    { kind: 'connect', as: 'timeout' },
    { kind: 'cut', after },
    { kind: 'cut', after: c % 600 },
    { kind: 'half-open', after, forMs: 300_000 },
    { kind: 'hang', after },
    { kind: 'garble', at: after },
    { kind: 'lost-end' },
    { kind: 'kill', after },
    { kind: 'refuse', exitCode: 1, stderr: REFUSALS[c % REFUSALS.length] ?? '' },
    { kind: 'noise', stderr: "cannot mount '/vault/one': failed to create mountpoint: Permission denied" },
    { kind: 'meanwhile', after, act: () => meanwhile(field, c) },
  ]
  return all[b % all.length] ?? { kind: 'lost-end' }
}

/** What zfs, sudo or a shell may say instead of doing anything. */
const REFUSALS: readonly string[] = [
  'internal error: out of memory',
  'cannot receive: permission denied',
  'cannot open pool: I/O error',
  'sudo: a password is required',
  '',
]

/** Somebody works on the primary while a stream is made of it. */
function meanwhile(field: Field, c: number): void {
  const { primaries } = field
  const name = primaries[c % primaries.length] ?? ''
  const dataset = field.find('a', name)
  if (dataset === null) return
  field.touched()
  const oldest = dataset.snapshots[0]
  if (c % 2 === 0 || oldest === undefined || oldest.holds > 0) field.snapshot(name, c)
  else {
    field.forgets('a', oldest)
    field.primaryHost().zfs.forget(`${name}@${oldest.name}`)
  }
}
