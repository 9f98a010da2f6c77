import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { findDataset } from '#simulator/state/tree.ts'
import { type Bed, type BedOptions, PERSON } from './bed.ts'
import { runCommand } from './command.ts'
import { ID, openFresh } from './one-dataset.ts'
import { MemoryPipe } from './pipe.ts'

/* A receive into our backup that is not ours: it is left in peace until it is certain that nobody goes on with it. */

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
