import { afterEach, expect, test } from 'bun:test'
import { Bed } from './bed.ts'
import { ID, ONE_DATASET } from './one-dataset.ts'

/*
 * A swap that is cut off between its last two commands: everything is in its place, and only `canmount` of the backup is
 * not what it was. Names and origins no longer tell, the journal does.
 */

let bed: Bed
afterEach(() => bed.close())

const B = 'vault/one'
const HOUR = 3600_000
const onBackup = (...words: readonly string[]) => bed.zfs('b', ...words)
const canmount = () => onBackup('get', '-Hp', '-o', 'value', 'canmount', B)
const codes = () => bed.engine.dataset(ID)?.verdict.reasons.map(({ code }) => code) ?? []

async function cutOff(settings: readonly string[] = [], autoRepair = true): Promise<void> {
  bed = await Bed.open({
    ...ONE_DATASET,
    defaults: { auto_repair: true, repair_when: 'behind', on_diverged: 'set_aside', primary_max_age_hours: 0 },
  })
  const { zfs } = bed.host('a')
  zfs.dataset.create('tank/one')
  zfs.snapshot('tank/one@s1', { bytes: 100_000 })
  await bed.start()
  await bed.scan()
  if (settings.length > 0) await onBackup('set', ...settings, B)
  bed.host('b').zfs.snapshot(`${B}@own`, { bytes: 1000 })
  zfs.snapshot('tank/one@s2', { bytes: 100_000 })
  await bed.look(false)
  await bed.clock.pass(2 * HOUR)
  // rename, rename, readonly, canmount of the set-aside; the SAN stops there, and does not come back for a while.
  const swap = /rename -u vault\/one vault\/one\.zw-aside-/
  bed.faults.add({ host: 'b', on: 'batch', match: swap, times: 1, wrong: { kind: 'cut', after: 4 } })
  const started = bed.look()
  for (let looks = 0; (await onBackup('list', '-H', '-o', 'name')).includes('.zw-aside-') === false; looks++) {
    if (looks === 5000) throw new Error('The swap did not come.')
    await bed.clock.pass(5)
  }
  bed.host('b').up = false
  await bed.clock.pass(1000)
  bed.witness.kill()
  await started
  await bed.configure({ defaults: { ...bed.settings.defaults, auto_repair: autoRepair } })
  bed.host('b').up = true
  expect(await canmount()).toBe('noauto')
}

test('with the journal: the next repair gives it back', async () => {
  await cutOff()
  await bed.restart()
  await bed.look(false)
  expect(bed.engine.dataset(ID)?.verdict.reason).toMatchObject({
    code: 'HALF_DONE_SWAP',
    evidence: { state: 'canmount not set back' },
  })
  await bed.scan()
  await bed.clock.pass(HOUR)
  await bed.scan()
  expect(await canmount()).toBe('on')
  expect(codes()).toEqual(['UP_TO_DATE'])
})

test('what is not repaired stays said, scan after scan', async () => {
  await cutOff()
  await bed.restart()
  await bed.run(bed.engine.pause(ID, { until: null, by: 'otto', reason: null }))
  for (let scans = 0; scans < 3; scans++) {
    await bed.look()
    expect(codes()[0]).toBe('HALF_DONE_SWAP')
    await bed.clock.pass(HOUR)
  }
})

test('the same process, a SAN that was away: the run itself goes on from there', async () => {
  await cutOff()
  await bed.restart()
  await bed.scan()
  await bed.clock.pass(HOUR)
  await bed.scan()
  expect(await canmount()).toBe('on')
  // Somebody's own noauto, later, is nobody's half-done swap.
  await onBackup('set', 'canmount=noauto', B)
  await bed.restart()
  await bed.scan()
  expect(await canmount()).toBe('noauto')
  expect(codes()).toEqual(['UP_TO_DATE'])
})

test('a backup that was off before is off again', async () => {
  await cutOff(['canmount=off'])
  await bed.restart()
  await bed.scan()
  await bed.clock.pass(HOUR)
  await bed.scan()
  expect(await canmount()).toBe('off')
})

test('with the database lost it is said, with the command, and nothing is guessed', async () => {
  await cutOff()
  await bed.newDatabase()
  for (let scans = 0; scans < 3; scans++) {
    await bed.clock.pass(HOUR)
    await bed.scan()
    expect(codes()).toEqual(['UP_TO_DATE', 'CANMOUNT_UNSURE'])
  }
  expect(await canmount()).toBe('noauto')
  const note = bed.engine.dataset(ID)?.verdict.reasons.find(({ code }) => code === 'CANMOUNT_UNSURE')
  expect(note?.action).toContain(`zfs set canmount=on ${B}`)
  await onBackup('set', 'canmount=on', B)
  await bed.restart()
  await bed.scan()
  expect(codes()).toEqual(['UP_TO_DATE'])
})
