import { describe, expect, test } from 'bun:test'
import type { DatasetConfig } from '#config/effective.ts'
import { childOf, isExcluded, monitored } from './monitored.ts'

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
