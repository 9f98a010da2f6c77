import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Bed, BedOptions } from './bed.ts'
import { runCommand } from './command.ts'
import { ID, openFresh } from './one-dataset.ts'
import { MemoryPipe } from './pipe.ts'

/* What does not succeed comes to an end: no try for ever, and none that waits for a person without need. */

setDefaultTimeout(600_000)

let bed: Bed
afterEach(() => bed.close())

const view = () => bed.engine.dataset(ID)
const said = () => view()?.plan?.automatic
const repairs = async () =>
  (await bed.store.runs({ kind: ['REPAIR'], datasetId: ID, limit: 100 })).items.map(({ state }) => state)

async function open(options: Partial<BedOptions> = {}): Promise<void> {
  bed = await openFresh(options)
}

describe('a resumed stream for which ZFS gives no size (more came than it had estimated)', () => {
  const underflow = () =>
    bed.faults.add({
      host: 'a',
      on: 'batch',
      match: /send -n.* -t /,
      times: 999,
      wrong: { kind: 'says', what: /^size\t\d+$/m, instead: 'size\t18446744073708854496' },
    })

  test('a seed that is cut late goes on within its own run', async () => {
    await open()
    underflow()
    bed.faults.add({ host: 'b', on: 'sink', times: 1, wrong: { kind: 'cut', after: 900_000 } })
    await bed.start()
    await bed.scan()
    expect(await repairs()).toEqual(['SUCCEEDED'])
    expect(view()?.status).toBe('HEALTHY')
  })

  test('one that an earlier run has left is resumed by a check', async () => {
    await open()
    underflow()
    bed.faults.add({ host: 'b', on: 'sink', times: 1, wrong: { kind: 'cut', after: 900_000 } })
    bed.faults.add({ host: 'b', on: 'sink', times: 99, wrong: { kind: 'cut', after: 0 } })
    await bed.start()
    await bed.scan()
    bed.faults.clear()
    underflow()
    expect(await repairs()).toEqual(['FAILED'])
    await bed.clock.pass(3600_000)
    await bed.scan()
    expect(await repairs()).toEqual(['SUCCEEDED', 'FAILED'])
    expect(said()?.code).toBe('NOTHING_TO_DO')
  })

  test('it waits where the pool has not what must stay free', async () => {
    await open()
    underflow()
    bed.faults.add({ host: 'b', on: 'sink', times: 1, wrong: { kind: 'cut', after: 900_000 } })
    bed.faults.add({ host: 'b', on: 'sink', times: 99, wrong: { kind: 'cut', after: 0 } })
    await bed.start()
    await bed.scan()
    bed.faults.clear()
    underflow()
    bed.host('b').zfs.setPool('vault', { size: 950_000 })
    await bed.clock.pass(3600_000)
    await bed.scan()
    expect(said()).toMatchObject({ allowed: false, code: 'SPACE' })
    expect(said()?.sentence).toContain('How much the interrupted transfer still has to bring is not known')
    expect(await repairs()).toEqual(['FAILED'])
  })
})

describe('two equal failures', () => {
  const HOUR = 3600_000
  const refuse = () =>
    bed.faults.add({
      host: 'b',
      on: 'sink',
      times: 999,
      wrong: { kind: 'refuse', exitCode: 1, stderr: "cannot receive incremental stream: invalid property 'x'" },
    })
  /** The increment to s2 has failed twice in the same way. */
  async function failing(): Promise<void> {
    await open()
    await bed.start()
    await bed.scan()
    bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 1000 })
    refuse()
    for (let tries = 0; tries < 2; tries++) {
      await bed.scan()
      await bed.clock.pass(HOUR)
    }
    await bed.scan()
    expect(await repairs()).toEqual(['FAILED', 'FAILED', 'SUCCEEDED'])
  }

  test('one slow try a day, and from when is said on the dataset and with the reason', async () => {
    await failing()
    expect(said()).toMatchObject({ allowed: false, code: 'REPAIR_FAILING' })
    const reason = view()?.verdict.reasons.find(({ code }) => code === 'REPAIR_FAILING')
    const when = /The next try is at (2026-11-2\d \d\d:\d\d)\./.exec(reason?.message ?? '')?.[1]
    expect(when).toBeDefined()
    expect(said()?.sentence).toStartWith(`By itself from ${when}. The last two repairs failed in the same way: `)
    const from = said()?.from ?? 0
    expect((from - bed.clock.now()) / HOUR).toBeWithin(19, 28)
    // New snapshots do not make it another plan.
    for (let hours = 0; hours < 18; hours++) {
      bed.host('a').zfs.snapshot(`tank/one@h${hours}`, { bytes: 1000 })
      await bed.clock.pass(HOUR)
      await bed.scan()
    }
    expect(await repairs()).toEqual(['FAILED', 'FAILED', 'SUCCEEDED'])
    await bed.clock.pass(from - bed.clock.now() + 1)
    await bed.scan()
    expect(await repairs()).toEqual(['FAILED', 'FAILED', 'FAILED', 'SUCCEEDED'])
    await bed.clock.pass(12 * HOUR)
    await bed.scan()
    expect(await repairs()).toEqual(['FAILED', 'FAILED', 'FAILED', 'SUCCEEDED'])
    bed.faults.clear()
    await bed.clock.pass(16 * HOUR)
    await bed.scan()
    expect((await repairs())[0]).toBe('SUCCEEDED')
    expect(view()?.status).toBe('HEALTHY')
  })

  test('are forgotten where somebody else has brought the backup on', async () => {
    await failing()
    bed.faults.clear()
    const wire = new MemoryPipe()
    const sending = runCommand(['zfs', 'send', '-i', '@s1', 'tank/one@s2'], bed.host('a'), {
      read: async () => 0,
      write: (piece) => wire.write(piece),
    }).finally(() => wire.end())
    await runCommand(['zfs', 'receive', '-u', 'vault/one'], bed.host('b'), {
      read: (buffer, offset, length) => wire.read(buffer, offset, length),
      write: async () => {},
    })
    await sending
    await bed.scan()
    expect(view()?.verdict.reasons.map(({ code }) => code)).toEqual(['UP_TO_DATE'])
    bed.host('a').zfs.snapshot('tank/one@s3', { bytes: 1000 })
    await bed.scan()
    expect((await repairs())[0]).toBe('SUCCEEDED')
  })

  test.each([
    ['resume', () => bed.engine.resume(ID, 'otto')],
    ['ack', () => bed.engine.ack(ID, { until: null, by: 'otto', reason: null })],
    ['a reload', () => bed.reload({})],
  ])('%s ends them: the next check tries', async (_name, settle) => {
    await failing()
    await bed.scan()
    expect(await repairs()).toHaveLength(3)
    await bed.run(settle())
    bed.faults.clear()
    await bed.scan()
    expect((await repairs())[0]).toBe('SUCCEEDED')
  })

  test('a restart does not', async () => {
    await failing()
    await bed.restart()
    await bed.scan()
    expect(said()?.code).toBe('REPAIR_FAILING')
    expect(await repairs()).toHaveLength(3)
  })
})

describe('what a first transfer needs is held on the primary while it lasts', () => {
  const HOUR = 3600_000
  const on = (host: string, ...words: readonly string[]) => runCommand(['zfs', ...words], bed.host(host))
  const tags = async () => {
    const said = (await on('a', 'holds', '-H', 'tank/one@s1', 'tank/one@s2')).stdout.trim()
    return said.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t').slice(0, 2).join(' ')]))
  }
  /** The seed is cut off, and stays so. */
  async function cutOff(options: Partial<BedOptions> = {}): Promise<void> {
    await open(options)
    bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 1000 })
    bed.faults.add({ host: 'b', on: 'sink', times: 1, wrong: { kind: 'cut', after: 900_000 } })
    bed.faults.add({ host: 'b', on: 'sink', times: 99, wrong: { kind: 'cut', after: 0 } })
    await bed.start()
    await bed.scan()
    expect(await repairs()).toEqual(['FAILED'])
    bed.faults.clear()
  }
  const OURS = /^tank\/one@s\d zwitness-[0-9a-f]{8}$/

  test('retention cannot take it, the resumed one goes on, and at the end nothing is held', async () => {
    await cutOff()
    expect(await tags()).toEqual([expect.stringMatching(OURS), expect.stringMatching(OURS)])
    expect((await on('a', 'destroy', 'tank/one@s1')).exitCode).not.toBe(0)
    await bed.scan()
    expect(await tags()).toHaveLength(2)
    await bed.clock.pass(HOUR)
    await bed.scan()
    expect(await repairs()).toEqual(['SUCCEEDED', 'FAILED'])
    expect(await tags()).toEqual([])
    expect((await on('a', 'destroy', 'tank/one@s1')).exitCode).toBe(0)
  })

  test('what a killed one has left is released by a check, once nothing of it can go on', async () => {
    await cutOff()
    await bed.restart()
    // Somebody else has thrown the partial one away, and seeds it.
    await on('b', 'receive', '-A', 'vault/one')
    const wire = new MemoryPipe()
    const full = runCommand(['zfs', 'send', 'tank/one@s2'], bed.host('a'), {
      read: async () => 0,
      write: (piece) => wire.write(piece),
    }).finally(() => wire.end())
    await runCommand(['zfs', 'receive', '-u', 'vault/one'], bed.host('b'), {
      read: (buffer, offset, length) => wire.read(buffer, offset, length),
      write: async () => {},
    })
    await full
    await on('a', 'hold', 'theirs', 'tank/one@s2')
    await bed.scan()
    expect(await tags()).toEqual(['tank/one@s2 theirs'])
    expect(view()?.verdict.reasons.map(({ code }) => code)).toEqual(['UP_TO_DATE'])
  })

  test('without the right to release none is placed', async () => {
    const settings = { ssh_user: 'zfsadmin' }
    await open({
      user: 'zfsadmin',
      hosts: [
        { id: 'a', pool: 'tank', settings },
        { id: 'b', pool: 'vault', settings },
      ],
    })
    bed.host('a').zfs.allow('tank', 'zfsadmin', ['send', 'hold', 'bookmark'])
    bed.host('b').zfs.allow('vault', 'zfsadmin', ['receive:append', 'create', 'mount', 'readonly', 'userprop'])
    await bed.start()
    const shown = await bed.run(bed.engine.preview(ID))
    const roles = (plan = shown?.plan) => plan?.steps.flatMap((step) => ('role' in step ? [step.role] : []))
    expect(roles()).not.toContain('keep')
    bed.host('a').zfs.allow('tank', 'zfsadmin', ['release'])
    expect(roles((await bed.run(bed.engine.preview(ID)))?.plan)).toEqual(expect.arrayContaining(['keep', 'release']))
  })
})

describe('a pool that is nearly full', () => {
  test('takes small increments, and no seed', async () => {
    await open({ poolBytes: 50_000_000 })
    await bed.start()
    await bed.scan()
    expect(await repairs()).toEqual(['SUCCEEDED'])
    bed.host('b').zfs.dataset.create('vault/other')
    bed.host('b').zfs.snapshot('vault/other@full', { bytes: 46_000_000 })
    bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 100_000 })
    await bed.scan()
    expect(await repairs()).toEqual(['SUCCEEDED', 'SUCCEEDED'])
    expect(view()?.verdict.reasons.map(({ code }) => code)).toEqual(['UP_TO_DATE'])
    bed.host('a').zfs.snapshot('tank/one@s3', { bytes: 1_500_000 })
    await bed.scan()
    expect(said()?.code).toBe('SPACE')
    expect(await repairs()).toEqual(['SUCCEEDED', 'SUCCEEDED'])
  })
})
