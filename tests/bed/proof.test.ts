import { afterEach, expect, test } from 'bun:test'
import { Bed, PERSON } from './bed.ts'
import { runCommand } from './command.ts'
import { ID, ONE_DATASET } from './one-dataset.ts'
import { MemoryPipe } from './pipe.ts'

/* Success is what a look says that was made afterwards, and nothing else. */

let bed: Bed
afterEach(() => bed.close())

const HOUR = 3600_000
const onBackup = (...words: readonly string[]) => bed.zfs('b', ...words)
const lastRepair = async () => (await bed.store.runs({ kind: ['REPAIR'], limit: 1 })).items[0]

async function replicated(): Promise<void> {
  bed = await Bed.open({
    ...ONE_DATASET,
    defaults: { auto_repair: true, repair_when: 'behind', on_diverged: 'set_aside', primary_max_age_hours: 0 },
  })
  bed.host('a').zfs.dataset.create('tank/one')
  bed.host('a').zfs.snapshot('tank/one@s1', { bytes: 100_000 })
  await bed.start()
  await bed.scan()
}

/** The backup's SAN is away from the middle of the next stream on; what is connected stays so. */
function awayDuringTransfer(): void {
  const act = () => {
    bed.host('b').up = false
  }
  bed.faults.add({ host: 'a', on: 'source', times: 1, wrong: { kind: 'meanwhile', after: 300, act } })
}

test('a backup that cannot be read after the transfer is no success until it can', async () => {
  await replicated()
  bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 1_000_000 })
  awayDuringTransfer()
  await bed.look()
  await bed.clock.pass(10_000)
  expect(await onBackup('list', '-H', '-o', 'name', '-t', 'snapshot')).toContain('vault/one@s2')
  expect((await lastRepair())?.state).toBe('RUNNING')
  bed.host('b').up = true
  await bed.clock.pass(HOUR)
  expect((await lastRepair())?.state).toBe('SUCCEEDED')
})

test('one that stays away: the run says that nothing is proved', async () => {
  await replicated()
  bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 1_000_000 })
  awayDuringTransfer()
  await bed.look()
  await bed.clock.pass(HOUR)
  expect((await lastRepair())?.state).toBe('FAILED')
  bed.host('b').up = true
  await bed.clock.pass(3 * HOUR)
  await bed.scan()
  expect(bed.engine.dataset(ID)?.status).toBe('HEALTHY')
})

test('a promote that finds a name taken has done nothing: no rename follows it', async () => {
  await replicated()
  bed.host('b').zfs.snapshot('vault/one@own', { bytes: 1000 })
  bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 1000 })
  await bed.look(false)
  await bed.clock.pass(2 * HOUR)
  const stderr = "cannot promote 'vault/one.zw-next-T': conflicting snapshot 's1' from parent 'vault/one'"
  bed.faults.add({
    host: 'b',
    on: 'batch',
    match: /zfs promote/,
    times: 1,
    wrong: { kind: 'refuse', exitCode: 1, stderr },
  })
  await bed.scan()
  expect((await lastRepair())?.state).toBe('FAILED')
  expect(await onBackup('list', '-H', '-o', 'name', '-r', 'vault')).not.toContain('.zw-aside-')
  expect(await onBackup('list', '-H', '-o', 'name', '-t', 'snapshot', '-d', '1', 'vault/one')).toBe(
    'vault/one@s1\nvault/one@own',
  )
  await bed.clock.pass(12 * HOUR)
  await bed.scan()
  expect(bed.engine.dataset(ID)?.status).toBe('HEALTHY')
})

test('somebody else’s receive: a person’s repair is held back, not done', async () => {
  await replicated()
  bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 1_000_000 })
  await foreignReceive(200_000)
  await bed.look(false)
  await foreignReceive(300_000)
  const started = await bed.run(bed.engine.repair({ datasetId: ID, trigger: PERSON }))
  if (started !== null) await bed.run(started.done)
  expect(await lastRepair()).toMatchObject({ state: 'BLOCKED', decisions: [{ rule: 'BUSY' }] })
})

/** Another tool's receive that gets so far; a second one goes on from there. */
async function foreignReceive(bytes: number): Promise<void> {
  const token = await onBackup('get', '-H', '-o', 'value', 'receive_resume_token', 'vault/one')
  const words = token.startsWith('1-') ? ['-t', token] : ['-i', '@s1', 'tank/one@s2']
  const wire = new MemoryPipe()
  const sending = runCommand(['zfs', 'send', ...words], bed.host('a'), {
    read: async () => 0,
    write: (piece) => wire.write(piece),
  })
  let left = bytes
  const read = async (buffer: Uint8Array, offset: number, length: number) => {
    if (left <= 0) return 0
    const got = await wire.read(buffer, offset, Math.min(length, left))
    left -= got
    return got
  }
  await runCommand(['zfs', 'receive', '-s', '-u', 'vault/one'], bed.host('b'), { read, write: async () => {} })
  wire.break()
  await sending.catch(() => null)
}
