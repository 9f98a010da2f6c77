import { afterEach, beforeEach, expect, test } from 'bun:test'
import { join } from 'node:path'
import { openStore } from '#lib/db/open.ts'
import type { OpenedStore } from '#lib/db/store.ts'
import { Bed, PERSON, SCHEDULE } from './bed.ts'
import { runCommand } from './command.ts'
import { Random } from './random.ts'
import { bedSsh } from './ssh.ts'
import { Witness } from './witness.ts'

/* Two witnesses with one configuration: the one that repaired last goes on, the other one says so and holds. */

const ID = 'a-b.one'
const HALF_HOUR = 1800_000
const HOSTS = [
  { id: 'a', pool: 'tank' },
  { id: 'b', pool: 'vault' },
] as const

let bed: Bed
let other: { readonly witness: Witness; readonly store: OpenedStore }
let taken = 0

beforeEach(async () => {
  taken = 0
  bed = await Bed.open({
    hosts: [...HOSTS],
    mappings: [{ name: 'one', primary: 'a', backup: 'b' }],
    defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0 },
  })
  bed.host('a').zfs.dataset.create('tank/one')
  await bed.start()
  const store = await openStore({ directory: join(bed.directory, 'other'), now: bed.clock.now })
  const witness = new Witness({
    ssh: bedSsh(bed.hosts, bed.faults, bed.clock),
    store,
    clock: bed.clock,
    random: new Random(7),
    config: () => bed.config,
    log: [],
    storeFails: () => false,
  })
  other = { witness, store }
  await bed.run(witness.engine.start())
})
afterEach(async () => {
  other.witness.kill()
  await bed.close()
  await other.store.close()
})

function snapshot(): void {
  taken++
  bed.host('a').zfs.snapshot(`tank/one@s${taken}`, { bytes: 100_000 })
}
/** A check by the second witness, and what it starts, to its end. */
async function scanOfOther(): Promise<void> {
  const { engine } = other.witness
  const started = await bed.run(engine.scan({ scope: { kind: 'all' }, enqueue: true, trigger: SCHEDULE }))
  if (started !== null) await bed.run(started.done)
  await bed.clock.pass(60_000)
  expect(engine.activeRuns()).toEqual([])
}
const viewOf = (who: 'first' | 'second') => (who === 'first' ? bed.engine : other.witness.engine).dataset(ID)
const codesOf = (who: 'first' | 'second') => viewOf(who)?.verdict?.reasons.map(({ code }) => code) ?? []
const namesOnBackup = async () =>
  (await runCommand(['zfs', 'list', '-H', '-o', 'name', '-t', 'snapshot', '-r', 'vault/one'], bed.host('b'))).stdout
const mark = async () =>
  (await runCommand(['zfs', 'get', '-H', '-o', 'value', 'zwitness:by', 'vault/one'], bed.host('b'))).stdout.trim()

test('the second one holds, says why, and goes on by itself when the first has been quiet for a day', async () => {
  snapshot()
  await bed.scan()
  expect(await mark()).toStartWith(bed.store.witnessId)
  expect(bed.store.witnessId).not.toBe(other.store.witnessId)
  snapshot()
  await bed.clock.pass(HALF_HOUR)
  await scanOfOther()
  expect(await namesOnBackup()).not.toContain('@s2')
  expect(codesOf('second')).toContain('ANOTHER_WITNESS')
  expect(viewOf('second')?.plan?.automatic).toMatchObject({ allowed: false, code: 'ANOTHER_WITNESS' })
  expect(viewOf('second')?.plan?.automatic.from).toBeGreaterThan(bed.clock.now())
  // Said also while nothing waits.
  await bed.scan()
  expect(await namesOnBackup()).toContain('@s2')
  await scanOfOther()
  expect(codesOf('second')).toContain('ANOTHER_WITNESS')
  expect(codesOf('first')).not.toContain('ANOTHER_WITNESS')
  snapshot()
  await bed.clock.pass(24 * 3600_000)
  await scanOfOther()
  expect(await namesOnBackup()).toContain('@s3')
  expect(await mark()).toStartWith(other.store.witnessId)
  // And now the first one is the one that holds.
  snapshot()
  await bed.scan()
  expect(codesOf('first')).toContain('ANOTHER_WITNESS')
  expect(await namesOnBackup()).not.toContain('@s4')
})

test('a person takes over', async () => {
  snapshot()
  await bed.scan()
  snapshot()
  await scanOfOther()
  expect(codesOf('second')).toContain('ANOTHER_WITNESS')
  await bed.run(other.witness.engine.repair({ datasetId: ID, trigger: PERSON }))
  await bed.clock.pass(60_000)
  expect(await namesOnBackup()).toContain('@s2')
  // At once, though nothing is missing any more by which a check would ask for the mark.
  expect(codesOf('second')).not.toContain('ANOTHER_WITNESS')
  snapshot()
  await scanOfOther()
  expect(await namesOnBackup()).toContain('@s3')
  expect(codesOf('second')).not.toContain('ANOTHER_WITNESS')
  snapshot()
  await bed.scan()
  expect(codesOf('first')).toContain('ANOTHER_WITNESS')
})

test('a mark that could not be read right after taking over is read by the next check, though nothing is missing', async () => {
  snapshot()
  await bed.scan()
  snapshot()
  await scanOfOther()
  const reading = { host: 'b', on: 'batch', match: /zfs get .*zwitness:by/ } as const
  bed.faults.add({ ...reading, times: 99, wrong: { kind: 'refuse', exitCode: 1, stderr: 'busy' } })
  await bed.run(other.witness.engine.repair({ datasetId: ID, trigger: PERSON }))
  await bed.clock.pass(60_000)
  bed.faults.clear()
  expect(await namesOnBackup()).toContain('@s2')
  expect(await mark()).toStartWith(other.store.witnessId)
  expect(codesOf('second')).toContain('ANOTHER_WITNESS')
  await scanOfOther()
  expect(codesOf('second')).not.toContain('ANOTHER_WITNESS')
})

test('nor is it lost to a check that begins after the last look of the repair and is ready before it', async () => {
  snapshot()
  await bed.scan()
  snapshot()
  await scanOfOther()
  const hang = {
    host: 'b',
    on: 'batch',
    match: /zfs get .*zwitness:by/,
    times: 1,
    wrong: { kind: 'hang', after: 0 },
  } as const
  const act = () => bed.faults.add(hang)
  bed.faults.add({ host: 'b', on: 'sink', times: 1, wrong: { kind: 'meanwhile', after: 1000, act } })
  const { engine } = other.witness
  await bed.run(engine.repair({ datasetId: ID, trigger: PERSON }))
  for (let s = 0; s < 60 && bed.faults.hits.get('batch hang') === undefined; s++) await bed.clock.pass(1000)
  expect(engine.activeRuns()).toHaveLength(1)
  const check = await bed.run(engine.scan({ scope: { kind: 'all' }, enqueue: false, trigger: SCHEDULE }))
  if (check !== null) await bed.run(check.done)
  expect(engine.activeRuns()).toHaveLength(1)
  await bed.clock.pass(HALF_HOUR)
  expect(engine.activeRuns()).toEqual([])
  expect(codesOf('second')).toEqual(['UP_TO_DATE'])
})

test('a first transfer of one that was cut off is not gone on with by the other', async () => {
  bed.host('a').zfs.snapshot('tank/one@s1', { bytes: 50_000_000 })
  await bed.look()
  await bed.clock.pass(1500)
  bed.witness.kill()
  await bed.clock.pass(HALF_HOUR)
  const token = async () =>
    (await runCommand(['zfs', 'get', '-H', '-o', 'value', 'receive_resume_token', 'vault/one'], bed.host('b'))).stdout
  const before = await token()
  expect(before).toStartWith('1-')
  for (let check = 0; check < 4; check++) {
    await scanOfOther()
    await bed.clock.pass(HALF_HOUR)
  }
  expect(codesOf('second')).toContain('ANOTHER_WITNESS')
  expect(await token()).toBe(before)
  await bed.restart()
  await bed.scan()
  expect(await namesOnBackup()).toContain('@s1')
})

test('a login without the right leaves none, and repairs all the same', async () => {
  other.witness.kill()
  await bed.close()
  bed = await Bed.open({
    hosts: HOSTS.map((host) => ({ ...host, settings: { ssh_user: 'zfsadmin' } })),
    mappings: [{ name: 'one', primary: 'a', backup: 'b' }],
    defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0 },
    user: 'zfsadmin',
  })
  bed.host('a').zfs.dataset.create('tank/one')
  bed.host('a').zfs.allow('tank', 'zfsadmin', ['send', 'hold', 'bookmark'])
  bed.host('b').zfs.allow('vault', 'zfsadmin', ['receive:append', 'create', 'mount', 'readonly'])
  await bed.start()
  snapshot()
  await bed.scan()
  expect(await namesOnBackup()).toContain('@s1')
  expect(await mark()).toBe('-')
  const [run] = (await bed.store.runs({ kind: ['REPAIR'], limit: 1 })).items
  expect(run?.state).toBe('SUCCEEDED')
  expect(run?.plan?.notes.join(' ')).toContain('userprop')
})
