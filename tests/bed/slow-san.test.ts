import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { Bed } from './bed.ts'

setDefaultTimeout(600_000)

let bed: Bed
afterEach(() => bed.close())

const NAMES = ['one', 'two', 'three', 'four']

/** Four datasets in step on `b`, and one of them on `c` too. */
async function open(): Promise<void> {
  bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
      { id: 'c', pool: 'barn' },
    ],
    mappings: [
      ...NAMES.map((name) => ({ name, primary: 'a', backup: 'b' })),
      { name: 'one', primary: 'a', backup: 'c' },
    ],
    defaults: { primary_max_age_hours: 0 },
  })
  const { zfs } = bed.host('a')
  for (const name of NAMES) {
    zfs.dataset.create(`tank/${name}`)
    zfs.snapshot(`tank/${name}@s1`, { bytes: 1000 })
    zfs.replicate(`tank/${name}`, bed.host('b').zfs, `vault/${name}`, 's1')
  }
  zfs.replicate('tank/one', bed.host('c').zfs, 'barn/one', 's1')
  await bed.start()
}

const judged = () =>
  Object.fromEntries(bed.engine.datasets().map(({ dataset, verdict }) => [dataset.id, verdict.reason.code as string]))
const endless = (command: RegExp, times: number) =>
  bed.faults.add({ host: 'b', on: 'batch', match: command, times, wrong: { kind: 'endless', command } })

test('one dataset whose listing never ends is that one alone, and says which setting ended it; it is read once it ends', async () => {
  await open()
  endless(/snapshot,bookmark.*vault\/three/, 3)
  await bed.scan()
  expect(judged()).toEqual({
    'a-b.one': 'UP_TO_DATE',
    'a-b.two': 'UP_TO_DATE',
    'a-b.three': 'LISTING_TIMED_OUT',
    'a-b.four': 'UP_TO_DATE',
    'a-c.one': 'UP_TO_DATE',
  })
  const verdict = bed.engine.dataset('a-b.three')?.verdict
  expect(verdict?.health).toBe('UNKNOWN')
  expect(verdict?.reason.message).toContain('listing vault/three alone took longer than the 3.8 min')
  expect(verdict?.reason.action).toContain('write `command_timeout_minutes: 30` under `limits:` (now 15)')
  expect(bed.engine.hosts().find(({ id }) => id === 'b')?.reachable).toBe(true)
  await bed.clock.pass(1800_000)
  await bed.scan()
  expect(new Set(Object.values(judged()))).toEqual(new Set(['UP_TO_DATE']))
})

test('a host on which every listing hangs is slow, not unreachable; nothing on the others waits for a setting', async () => {
  await open()
  endless(/^zfs list/, 1000)
  const before = bed.clock.now()
  await bed.scan()
  const codes = judged()
  for (const name of NAMES) expect(codes[`a-b.${name}`]).toBe('LISTING_TIMED_OUT')
  expect(codes['a-c.one']).toBe('UP_TO_DATE')
  // Two listings, an eighth of a quarter of an hour each, and not the whole of it.
  expect(bed.clock.now() - before).toBeLessThan(5 * 60_000)
})
