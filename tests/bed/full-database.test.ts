import { afterEach, expect, test } from 'bun:test'
import { Bed } from './bed.ts'

let bed: Bed
afterEach(() => bed.close())

const HOUR = 3600_000
const WRITES = /^(create|update|save|add|begin|end|set|note|sync)/

test('the database takes nothing for a week: checks go on in memory, no repair starts, and then all of it is on record', async () => {
  let full = false
  bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
    ],
    mappings: [
      { name: 'one', primary: 'a', backup: 'b' },
      { name: 'two', primary: 'a', backup: 'b' },
    ],
    defaults: { auto_repair: true, repair_when: 'behind', max_delay_hours: 72, primary_max_age_hours: 0 },
    storeRefuses: (call) => full && WRITES.test(call),
  })
  const { zfs } = bed.host('a')
  for (const name of ['one', 'two']) {
    zfs.dataset.create(`tank/${name}`)
    zfs.snapshot(`tank/${name}@s0`, { bytes: 1000 })
  }
  await bed.start()
  await bed.scan()
  await bed.scan()
  const idOf = (name: string) => `a-b.${name}`
  const health = (name: string) => bed.engine.dataset(idOf(name))?.verdict.health
  expect([health('one'), health('two')]).toEqual(['HEALTHY', 'HEALTHY'])
  const runs = async () => (await bed.store.runs({ limit: 100 })).items.length
  const before = await runs()

  full = true
  zfs.snapshot('tank/one@s1', { bytes: 1000 })
  const seen: unknown[] = []
  for (let day = 0; day < 7; day++) {
    const run = await bed.look()
    expect(run?.state).toBe('SUCCEEDED')
    seen.push(health('one'))
    expect(health('two')).not.toBe('UNKNOWN')
    await bed.idle()
    await bed.clock.pass(24 * HOUR)
  }
  // Nothing is replicated meanwhile, and that is what the status says.
  expect(seen[0]).toBe('HEALTHY')
  expect(seen.slice(-3)).toEqual(['BROKEN', 'BROKEN', 'BROKEN'])
  expect(await runs()).toBe(before)
  expect((await bed.store.state(idOf('one')))?.verdict?.health).toBe('HEALTHY')

  full = false
  // A changed configuration reads the states anew: those that could not be written are not forgotten for it.
  await bed.configure({})
  expect(bed.engine.dataset(idOf('one'))?.verdict.delaySeconds).toBeGreaterThan(72 * 3600)
  await bed.scan()
  await bed.scan()
  expect(health('one')).toBe('HEALTHY')
  expect(await runs()).toBeGreaterThan(before)
  expect((await bed.store.state(idOf('one')))?.verdict?.health).toBe('HEALTHY')
})
