import { afterEach, describe, expect, test } from 'bun:test'
import { parseOwnDatasetName } from '#lib/zfs/names.ts'
import { Bed } from './bed.ts'
import type { BedMapping } from './config.ts'
import { has, healths, make, settle, THREE_SANS } from './several-datasets.ts'

/* Names of which each is a dataset of its own, whatever they look like. */

let bed: Bed
afterEach(() => bed.close())

async function open(mappings: readonly BedMapping[]): Promise<void> {
  bed = await Bed.open({ ...THREE_SANS, mappings })
}
const idOf = (primary: string) =>
  bed.engine.datasets().find(({ dataset }) => dataset.mapping.primary.dataset === primary)?.dataset.id

describe('ids and names', () => {
  test('a child that is a mapping of its own is left out of the tree; everything is checked and repaired', async () => {
    const elsewhere = { backup_dataset: 'vault/special-elsewhere' }
    await open([
      { name: 'data', primary: 'a', backup: 'b', settings: { recursive: true } },
      { name: 'data/special', primary: 'a', backup: 'b', settings: elsewhere },
    ])
    make(bed, 'data', 'data/special', 'data/other')
    await bed.start()
    await settle(bed)
    expect(bed.engine.lastScan().finished?.state).toBe('SUCCEEDED')
    expect(healths(bed)).toEqual({
      'tank/data': 'HEALTHY',
      'tank/data/special': 'HEALTHY',
      'tank/data/other': 'HEALTHY',
    })
    const { zfs } = bed.host('b')
    expect(zfs.content('vault/special-elsewhere@s1')).toEqual(bed.host('a').zfs.content('tank/data/special@s1'))
    expect(idOf('tank/data/special')).toBe('a-b.data.special')
  })

  test('children whose names become one id get ids of their own, which stay', async () => {
    await open([{ name: 'data', primary: 'a', backup: 'b', settings: { recursive: true } }])
    make(bed, 'data', 'data/web.prod')
    await bed.start()
    await settle(bed, 2)
    expect(idOf('tank/data/web.prod')).toBe('a-b.data.web.prod')
    make(bed, 'data/web', 'data/web/prod', 'data/my data', 'data/my_data')
    await settle(bed)
    expect(bed.engine.lastScan().finished?.state).toBe('SUCCEEDED')
    expect(new Set(Object.values(healths(bed)))).toEqual(new Set(['HEALTHY']))
    expect(Object.keys(healths(bed)).sort()).toEqual([
      'tank/data',
      'tank/data/my data',
      'tank/data/my_data',
      'tank/data/web',
      'tank/data/web.prod',
      'tank/data/web/prod',
    ])
    expect(idOf('tank/data/web.prod')).toBe('a-b.data.web.prod')
    expect(idOf('tank/data/web/prod')).toMatch(/^a-b\.data\.web\.prod~[0-9a-f]{6}$/)
    const both = [idOf('tank/data/my data'), idOf('tank/data/my_data')]
    for (const id of both) expect(id).toMatch(/^a-b\.data\.my_data~[0-9a-f]{6}$/)
    expect(new Set(both).size).toBe(2)
    await bed.restart()
    await settle(bed, 1)
    expect([idOf('tank/data/my data'), idOf('tank/data/my_data')]).toEqual(both)
  })

  test('a mapping may be given the id that a child has', async () => {
    const data = { name: 'data', primary: 'a', backup: 'b', settings: { recursive: true } }
    await open([data])
    make(bed, 'data', 'data/child', 'plain')
    await bed.start()
    await settle(bed)
    expect(idOf('tank/data/child')).toBe('a-b.data.child')
    const before = bed.engine.dataset('a-b.data.child')?.state?.memory.primary?.guid
    await bed.configure({
      mappings: [data, { name: 'plain', primary: 'a', backup: 'b', settings: { id: 'a-b.data.child' } }],
    })
    await settle(bed)
    expect(bed.engine.lastScan().finished?.state).toBe('SUCCEEDED')
    expect(healths(bed)).toEqual({ 'tank/data': 'HEALTHY', 'tank/data/child': 'HEALTHY', 'tank/plain': 'HEALTHY' })
    expect(idOf('tank/plain')).toBe('a-b.data.child')
    expect(idOf('tank/data/child')).toMatch(/^a-b\.data\.child~[0-9a-f]{6}$/)
    expect(bed.engine.dataset(idOf('tank/data/child') ?? '')?.state?.memory.primary?.guid).toBe(before as string)
  })

  test('a child too long to be set aside, or to have a backup at all, is blocked with a sentence; the others go on', async () => {
    const mapping = {
      name: 'data',
      primary: 'a',
      backup: 'b',
      settings: { recursive: true, backup_dataset: 'vault/copies/of/data' },
    }
    await open([mapping])
    bed.host('b').zfs.dataset.create('vault/copies')
    bed.host('b').zfs.dataset.create('vault/copies/of')
    const long = 'x'.repeat(232 - 'vault/copies/of/data/'.length)
    const tooLong = 'y'.repeat(240)
    make(bed, 'data', `data/${long}`, `data/${tooLong}`, 'data/other')
    await bed.start()
    await settle(bed)
    expect(bed.engine.lastScan().finished?.state).toBe('SUCCEEDED')
    bed.host('b').zfs.write(`vault/copies/of/data/${long}`, 5000)
    for (const name of ['', `/${long}`, '/other']) bed.host('a').zfs.snapshot(`tank/data${name}@s2`, { bytes: 1000 })
    await settle(bed)
    expect(bed.engine.lastScan().finished?.state).toBe('SUCCEEDED')
    expect(healths(bed)['tank/data/other']).toBe('HEALTHY')
    const planOf = (name: string) => bed.engine.dataset(idOf(`tank/data/${name}`) ?? '')?.plan
    expect(planOf(long)?.blocked?.code).toBe('NAME_TOO_LONG')
    expect(planOf(long)?.automatic.allowed).toBe(false)
    expect(planOf(tooLong)?.blocked?.code).toBe('NAME_TOO_LONG')
    expect(planOf(tooLong)?.automatic.allowed).toBe(false)
    const all = bed.engine.datasets().flatMap(({ verdict }) => verdict.reasons.map(({ code }) => code))
    expect(all).not.toContain('INTERNAL')
  })

  test('what was set aside is no child, nor is anything below it', async () => {
    await open([{ name: 'data', primary: 'a', backup: 'b', settings: { recursive: true } }])
    const own = 'data/x.zw-aside-20261101T000000Z'
    expect(parseOwnDatasetName(`tank/${own}`)).not.toBeNull()
    make(bed, 'data', 'data/x', own, `${own}/below`)
    await bed.start()
    await settle(bed)
    expect(Object.keys(healths(bed)).sort()).toEqual(['tank/data', 'tank/data/x'])
    expect(has(bed, 'b', `vault/${own}@s1`)).toBe(false)
  })
})
