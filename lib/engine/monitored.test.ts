import { describe, expect, test } from 'bun:test'
import type { Config, DatasetConfig } from '#config/effective.ts'
import { childIds, childNames, childOf, isExcluded, monitored } from './monitored.ts'

const root = {
  id: 'a-b.DAT',
  pair: 'A → B',
  primary: { host: 'a', dataset: 'pa/DAT' },
  backup: { host: 'b', dataset: 'pb/copy/DAT' },
  recursive: true,
  exclude: ['tmp', 'vm/*/scratch'],
} as unknown as DatasetConfig

describe('a child of a recursive mapping', () => {
  test('is mapped below the backup, with an id below the root', () => {
    expect(childOf(root, 'pa/DAT/vm/one', 'a-b.DAT.vm.one').mapping).toEqual({
      id: 'a-b.DAT.vm.one',
      primary: { host: 'a', dataset: 'pa/DAT/vm/one' },
      backup: { host: 'b', dataset: 'pb/copy/DAT/vm/one' },
    })
  })

  test.each([
    ['pa/DAT/tmp', true],
    ['pa/DAT/tmp/deep', true],
    ['pa/DAT/tmpfiles', false],
    ['pa/DAT/vm/one/scratch', true],
    ['pa/DAT/vm/one/scratch/x', true],
    ['pa/DAT/vm/one/two/scratch', false],
    ['pa/DAT/vm', false],
  ])('%s is excluded: %p', (name, wanted) => {
    expect(isExcluded(root, name)).toBe(wanted)
  })

  test('is watched as long as the root is recursive, and kept when it is gone', () => {
    const record = {
      id: 'a-b.DAT.x',
      pair: 'A → B',
      primaryHost: 'a',
      primaryDataset: 'pa/DAT/x',
      backupHost: 'b',
      backupDataset: 'pb/copy/DAT/x',
      primaryGuid: null,
      parentId: root.id,
      retiredAt: 5,
    }
    const config = (recursive: boolean) => ({ datasets: [{ ...root, recursive }] }) as never
    expect(monitored(config(true), [record]).map(({ id, retired }) => [id, retired])).toEqual([
      ['a-b.DAT', false],
      ['a-b.DAT.x', true],
    ])
    expect(monitored(config(false), [record]).map(({ id }) => id)).toEqual(['a-b.DAT'])
  })
})

describe('what is a child of a tree', () => {
  const mapping = (dataset: string, recursive: boolean) =>
    ({ ...root, id: `own.${dataset}`, primary: { host: 'a', dataset }, recursive, exclude: [] }) as DatasetConfig
  const config = (...others: readonly DatasetConfig[]) => ({ datasets: [root, ...others] }) as unknown as Config

  test.each([
    ['pa/DAT/x', true],
    ['pa/DAT/x.zw-aside-20261101T000000Z', false],
    ['pa/DAT/x.zw-aside-20261101T000000Z/below/it', false],
    ['pa/DAT/x.zw-incoming-20261101T000000Z', false],
    ['pa/DAT/x.zw-aside-yesterday', true],
    ['pa/DAT/plain', false],
    ['pa/DAT/plain/below', true],
    ['pa/DAT/deep', false],
    ['pa/DAT/deep/below', false],
    ['pa/DAT/tmp', false],
  ])('%s: %p', (name, wanted) => {
    const all = config(mapping('pa/DAT/plain', false), mapping('pa/DAT/deep', true))
    expect(childNames(all, root, [name])).toEqual(wanted ? [name] : [])
  })

  const record = (id: string, primaryDataset: string, parentId: string | null = root.id) => ({
    id,
    pair: 'A → B',
    primaryHost: 'a',
    primaryDataset,
    backupHost: 'b',
    backupDataset: primaryDataset.replace('pa/', 'pb/copy/'),
    primaryGuid: null,
    parentId,
    retiredAt: null,
  })
  const idsOf = (names: readonly string[], records: readonly ReturnType<typeof record>[] = [], all = config()) =>
    names.map((name) =>
      childIds(all, root, names, records)
        .get(name)
        ?.replace(/~[0-9a-f]{6}$/, '~#'),
    )

  test('names that meet get ids that do not; one that is on record stays, and a retired one keeps its own', () => {
    expect(idsOf(['pa/DAT/a/b', 'pa/DAT/a.b', 'pa/DAT/c'])).toEqual(['a-b.DAT.a.b~#', 'a-b.DAT.a.b~#', 'a-b.DAT.c'])
    const known = [record('a-b.DAT.a.b', 'pa/DAT/a.b')]
    expect(idsOf(['pa/DAT/a/b', 'pa/DAT/a.b'], known)).toEqual(['a-b.DAT.a.b~#', 'a-b.DAT.a.b'])
    expect(idsOf(['pa/DAT/a/b'], known)).toEqual(['a-b.DAT.a.b~#'])
  })

  test("a mapping's id is never a child's, nor that of another tree's child", () => {
    const taken = { ...mapping('pa/other', false), id: 'a-b.DAT.x' } as DatasetConfig
    expect(idsOf(['pa/DAT/x'], [], config(taken))).toEqual(['a-b.DAT.x~#'])
    expect(idsOf(['pa/DAT/x/y'], [record('a-b.DAT.x.y', 'pa/elsewhere/y', 'a-b.DAT.x')])).toEqual(['a-b.DAT.x.y~#'])
  })

  test('children follow a root that got another id, but for one that is being repaired', () => {
    const records = [record('old.x', 'pa/DAT/x'), record('old.y', 'pa/DAT/y')]
    const ids = childIds(config(), root, ['pa/DAT/x', 'pa/DAT/y'], records, new Set(['old.y']))
    expect([...ids.values()]).toEqual(['a-b.DAT.x', 'old.y'])
  })
})
