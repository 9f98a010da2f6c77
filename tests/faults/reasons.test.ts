import { afterEach, describe, expect, test } from 'bun:test'
import { PERSON } from '#tests/bed/bed.ts'
import type { Fault, Wrong } from '#tests/bed/faults.ts'
import { Case } from './case.ts'
import { DATASET } from './scene.ts'

/* What is wrong all the time, and what the product then says of it: in the run, and as the reason of the status. */
let now: Case
afterEach(() => now.close())

const ALWAYS = 1000
const BUSY = 'cannot receive incremental stream: dataset is busy'
const SUDO = 'sudo: a password is required'

interface Told {
  readonly reasons: readonly string[]
  /** Of the last run. */
  readonly error: string | null
}

/** After five scans, an hour apart, with the same thing wrong. */
async function always(on: Fault['on'], wrong: Wrong): Promise<Told> {
  now = await Case.open()
  now.bed.faults.add({ host: on === 'source' ? 'a' : 'b', on, times: ALWAYS, wrong })
  const reasons = await now.after(5)
  const { items } = await now.bed.store.runs({ kind: ['REPAIR'], limit: 1 })
  const error = items[0]?.error ?? null
  return { reasons, error: error === null ? null : `${error.kind}: ${error.message}` }
}

const message = () => now.bed.engine.dataset(DATASET)?.verdict.reason.message ?? ''

describe('a stream', () => {
  test.each<[string, Fault['on'], Wrong, string, string]>([
    ['cut at the sender', 'source', { kind: 'cut', after: 30_000 }, 'PARTIAL_RECEIVE', 'lost: The connection to a'],
    ['cut at the receiver', 'sink', { kind: 'cut', after: 30_000 }, 'PARTIAL_RECEIVE', 'lost: The connection to b'],
    [
      'that stalls, sent',
      'source',
      { kind: 'hang', after: 30_000 },
      'STALLED',
      'stalled: No byte has moved for 10 min',
    ],
    ['that stalls, received', 'sink', { kind: 'hang', after: 30_000 }, 'STALLED', 'stalled: No byte has moved for'],
    ['garbled', 'sink', { kind: 'garble', at: 5000 }, 'PARTIAL_RECEIVE', 'interrupted: cannot receive'],
    ['whose target is busy', 'sink', { kind: 'refuse', exitCode: 1, stderr: BUSY }, 'WITHIN_POLICY', `busy: ${BUSY}`],
    [
      'whose sudo wants a password',
      'sink',
      { kind: 'refuse', exitCode: 1, stderr: SUDO },
      'REPAIR_FAILING',
      'sudo-password',
    ],
    ['to a throttled sshd', 'sink', { kind: 'connect', as: 'throttled' }, 'WITHIN_POLICY', 'throttled: b'],
    ['to a refused key', 'sink', { kind: 'connect', as: 'auth' }, 'REPAIR_FAILING', 'auth: b'],
    [
      'to a changed host key',
      'sink',
      { kind: 'connect', as: 'host-key-changed' },
      'REPAIR_FAILING',
      'host-key-changed',
    ],
  ])('%s', async (_, on, wrong, reason, error) => {
    const told = await always(on, wrong)
    expect(told.reasons[0]).toBe(reason)
    expect(told.error).toStartWith(error)
  })

  test('into a pool that fills up meanwhile: out-of-space, LOW_SPACE, and the rest once there is room', async () => {
    now = await Case.open({ poolBytes: 1e8, defaults: { ...AUTO, keep_free: '1MB' } })
    const { zfs } = now.bed.host('b')
    zfs.dataset.create('vault/other')
    now.rebase()
    const fill = () => zfs.write('vault/other', 96.9e6)
    now.bed.faults.add({ host: 'b', on: 'sink', times: 1, wrong: { kind: 'meanwhile', after: 1, act: fill } })
    await now.bed.scan()
    now.rebase()
    expect((await now.repairs())[0]).toBe('FAILED out-of-space')
    expect(await now.after(2)).toContain('LOW_SPACE')
    zfs.setPool('vault', { size: 1e9 })
    // Whoever made the room says so by pressing the button.
    await now.bed.run(now.bed.engine.repair({ datasetId: DATASET, trigger: PERSON }))
    await now.bed.idle()
    expect(await now.after(2)).toEqual(['UP_TO_DATE'])
  })

  test('so slow that it lasts for many looks: REPAIRING all the while, neither stalled nor stale', async () => {
    now = await Case.open()
    now.bed.faults.add({ host: 'a', on: 'source', times: ALWAYS, wrong: { kind: 'slow', pieceMs: 240_000 } })
    await now.bed.look()
    let looks = 0
    for (; now.bed.engine.activeRuns().length > 0; looks++) {
      const view = now.bed.engine.dataset(DATASET)
      expect({ status: view?.status, health: view?.verdict.health }).toEqual({ status: 'REPAIRING', health: 'HEALTHY' })
      await now.bed.clock.pass(600_000)
      await now.bed.look()
    }
    expect(looks).toBeGreaterThan(1)
    expect(await now.repairs()).toEqual(['SUCCEEDED'])
    expect(await now.after(1)).toEqual(['UP_TO_DATE'])
  })
})

describe('a host', () => {
  test.each<[string, Wrong, string, string]>([
    ['that garbles a listing', { kind: 'garble', at: 50 }, 'NOT_CHECKED', 'a line that cannot be read'],
    ['whose sshd is throttled', { kind: 'connect', as: 'throttled' }, 'HOST_UNREACHABLE', 'throttled'],
    ['that refuses the key', { kind: 'connect', as: 'auth' }, 'AUTH_FAILED', 'refused'],
    ['with another key', { kind: 'connect', as: 'host-key-changed' }, 'HOST_KEY_CHANGED', 'Nothing was sent'],
    ['that lets nobody in', { kind: 'connect', as: 'timeout' }, 'HOST_UNREACHABLE', 'timeout'],
    ['that answers half', { kind: 'cut', after: 1 }, 'HOST_UNREACHABLE', 'lost'],
    ['that is too slow', { kind: 'endless', command: /^zfs list/ }, 'LISTING_TIMED_OUT', 'reachable and too slow'],
    ['that falls silent', { kind: 'hang', after: 1 }, 'HOST_UNREACHABLE', 'timeout'],
    ['whose sudo wants a password', { kind: 'refuse', exitCode: 1, stderr: SUDO }, 'NOT_CHECKED', SUDO],
    ['without a shell', { kind: 'connect', as: 'account' }, 'AUTH_FAILED', 'account'],
    ['that talks without end', { kind: 'connect', as: 'too-much-output' }, 'NOT_CHECKED', 'What was not read'],
  ])('%s', async (_, wrong, reason, words) => {
    const told = await always('batch', wrong)
    expect(told.reasons).toEqual([reason])
    expect(message()).toContain(words)
    expect(await now.repairs()).toEqual([])
  })
})

const AUTO = { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0 }
