import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { findDataset } from '#simulator/state/tree.ts'
import { Bed, type BedOptions, PERSON } from './bed.ts'
import { runCommand } from './command.ts'
import { MemoryPipe } from './pipe.ts'

/* What does not succeed comes to an end: no try for ever, and none that waits for a person without need. */

setDefaultTimeout(600_000)

let bed: Bed
afterEach(() => bed.close())

const ID = 'a-b.one'
const view = () => bed.engine.dataset(ID)
const said = () => view()?.plan?.automatic
const repairs = async () =>
  (await bed.store.runs({ kind: ['REPAIR'], datasetId: ID, limit: 100 })).items.map(({ state }) => state)

async function open(options: Partial<BedOptions> = {}): Promise<void> {
  bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
    ],
    mappings: [{ name: 'one', primary: 'a', backup: 'b' }],
    ...options,
    defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0, ...options.defaults },
  })
  bed.host('a').zfs.dataset.create('tank/one')
  bed.host('a').zfs.snapshot('tank/one@s1', { bytes: 1_000_000 })
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

describe('a partial receive that somebody else began', () => {
  const MINUTE = 60_000
  const on = async (host: string, ...words: readonly string[]): Promise<string> => {
    const done = await runCommand(['zfs', ...words], bed.host(host))
    if (done.exitCode !== 0) throw new Error(done.stderr)
    return done.stdout.trim()
  }
  const asides = async () =>
    (await on('b', 'list', '-H', '-o', 'name')).split('\n').filter((name) => name.includes('.zw-aside-'))

  /** One or more bytes of a stream of `from` into the backup, sent as the witness would; what is there is resumed. */
  async function receive(from: string, words: readonly string[], bytes: number): Promise<void> {
    const asked = await runCommand(
      ['zfs', 'get', '-H', '-o', 'value', 'receive_resume_token', 'vault/one'],
      bed.host('b'),
    )
    const token = asked.stdout.trim()
    const wire = new MemoryPipe()
    const sending = runCommand(
      ['zfs', 'send', ...(token.startsWith('1-') ? ['-t', token] : ['-L', '-c', ...words])],
      bed.host(from),
      {
        read: async () => 0,
        write: (piece) => wire.write(piece),
      },
    )
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

  /** A second SAN has the same line and sends its own snapshot into the backup: by this primary its token is stale. */
  let meanwhile = async () => {}
  async function fromElsewhere(): Promise<void> {
    meanwhile = async () => {}
    await open({
      between: (sans) => ({
        ...sans,
        resumeToken: async (...words) => {
          await meanwhile()
          return sans.resumeToken(...words)
        },
      }),
      hosts: [
        { id: 'a', pool: 'tank' },
        { id: 'b', pool: 'vault' },
        { id: 'c', pool: 'lake' },
      ],
      defaults: { on_diverged: 'set_aside' },
    })
    await bed.start()
    await bed.scan()
    const wire = new MemoryPipe()
    const sending = runCommand(['zfs', 'send', 'tank/one@s1'], bed.host('a'), {
      read: async () => 0,
      write: (piece) => wire.write(piece),
    }).then(() => wire.end())
    await runCommand(['zfs', 'receive', '-u', 'lake/one'], bed.host('c'), {
      read: (buffer, offset, length) => wire.read(buffer, offset, length),
      write: async () => {},
    })
    await sending
    bed.host('c').zfs.snapshot('lake/one@z2', { bytes: 4_000_000 })
    bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 100_000 })
    await receive('c', ['-i', '@s1', 'lake/one@z2'], 200_000)
  }

  test('that looks stale from here: no set-aside before two checks an interval apart have seen it unchanged', async () => {
    await fromElsewhere()
    await bed.scan()
    expect(view()?.plan?.kind).toBe('SET_ASIDE_REWIND')
    expect(said()).toMatchObject({ allowed: false, code: 'BUSY' })
    expect(said()?.because).toContain('set aside after 2 checks without a change, an interval apart (0 so far)')
    // Looks as often as one likes, within a minute.
    for (let times = 0; times < 4; times++) await bed.scan()
    expect(said()?.because).toContain('(0 so far)')
    await bed.clock.pass(30 * MINUTE)
    await bed.scan()
    await bed.scan()
    expect(said()?.because).toContain('(1 so far)')
    expect(await asides()).toEqual([])
    await bed.clock.pass(30 * MINUTE)
    await bed.scan()
    expect(await asides()).toHaveLength(1)
    expect(view()?.status).toBe('HEALTHY')
  })

  test('that goes on meanwhile is never set aside', async () => {
    await fromElsewhere()
    for (let looks = 0; looks < 6; looks++) {
      await bed.scan()
      await bed.clock.pass(30 * MINUTE)
      await receive('c', [], 300_000)
    }
    expect(await asides()).toEqual([])
    expect(await repairs()).toEqual(['SUCCEEDED'])
    expect(view()?.verdict.reasons.map(({ code }) => code)).toContain('BUSY')
  })

  test('that goes on right before the swap: nothing is moved, also for a person', async () => {
    await fromElsewhere()
    await bed.scan()
    // Between the look of the run and its first command.
    let moved = false
    meanwhile = async () => {
      if (!moved) await receive('c', [], 300_000)
      moved = true
    }
    const started = await bed.run(bed.engine.repair({ datasetId: ID, trigger: PERSON }))
    if (started !== null) await bed.run(started.done)
    expect(moved).toBe(true)
    expect(await asides()).toEqual([])
    expect(await on('b', 'list', '-H', '-o', 'name')).not.toContain('.zw-next-')
    expect((await bed.store.runs({ kind: ['REPAIR'], limit: 1 })).items[0]).toMatchObject({ state: 'BLOCKED' })
  })

  test('that can be resumed: two previews in two seconds do not count', async () => {
    await open()
    await bed.start()
    await bed.scan()
    bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 1_000_000 })
    await receive('a', ['-i', '@s1', 'tank/one@s2'], 200_000)
    for (let times = 0; times < 5; times++) {
      await bed.run(bed.engine.preview(ID))
      await bed.scan()
    }
    expect(said()).toMatchObject({ allowed: false, code: 'BUSY' })
    expect(said()?.because).toContain('resumed after 2 checks without a change, an interval apart (0 so far)')
    for (let times = 0; times < 2; times++) {
      await bed.clock.pass(30 * MINUTE)
      await bed.scan()
    }
    expect(await repairs()).toEqual(['SUCCEEDED', 'SUCCEEDED'])
  })

  /** `zfs receive -sF` of a full stream over a dataset that was there, cut off: its content stays, the partial is beside it. */
  async function overExisting(): Promise<void> {
    await open({ defaults: { on_diverged: 'set_aside' } })
    await receive('a', ['tank/one@s1'], 400_000)
    const { zfs } = bed.host('b')
    zfs.batch(() => {
      const place = findDataset(zfs.store, 'vault/one')
      if (place?.dataset.partial == null) throw new Error('Nothing was received.')
      place.dataset.partial = { ...place.dataset.partial, fresh: false }
      zfs.store.touch(place.pool)
    })
    zfs.write('vault/one', 5000)
  }
  const settle = async () => {
    for (let looks = 0; looks < 4; looks++) {
      await bed.clock.pass(31 * MINUTE)
      await bed.scan()
    }
  }

  test('of a full stream over a dataset that was there is no resume, and is set aside', async () => {
    await overExisting()
    await bed.start()
    await bed.scan()
    expect(view()?.plan?.kind).toBe('SET_ASIDE_RESEED')
    expect(
      view()
        ?.verdict.reasons.map(({ message }) => message)
        .join(' '),
    ).toContain('can no longer be resumed: it is a first transfer that would overwrite what the backup had before')
    await settle()
    expect(await repairs()).toEqual(['SUCCEEDED'])
    expect(view()?.status).toBe('HEALTHY')
    expect(await asides()).toHaveLength(1)
  })

  test('where that could not be seen, the refusal of ZFS teaches it', async () => {
    await overExisting()
    bed.faults.add({
      host: 'b',
      on: 'batch',
      match: /%recv/,
      times: 999,
      wrong: { kind: 'refuse', exitCode: 1, stderr: 'internal error: cannot say' },
    })
    await bed.start()
    await bed.scan()
    expect(view()?.plan?.kind).toBe('RESUME')
    const started = await bed.run(bed.engine.repair({ datasetId: ID, trigger: PERSON }))
    if (started !== null) await bed.run(started.done)
    expect(await repairs()).toEqual(['SUCCEEDED'])
    expect(await asides()).toHaveLength(1)
    expect(view()?.status).toBe('HEALTHY')
  })
})
