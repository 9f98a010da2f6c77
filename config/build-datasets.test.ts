import { expect, test } from 'bun:test'
import { datasetIds } from './build-datasets.ts'

const mapping = (primary: string, backup: string, explicit: string | null = null) => {
  const [host = '', dataset = ''] = primary.split('=')
  const [backupHost = '', backupDataset = ''] = backup.split('=')
  return { explicit, primary: { host, dataset }, backup: { host: backupHost, dataset: backupDataset } }
}

test('an id is made of both hosts and the path below the pool', () => {
  expect(datasetIds([mapping('hqs8=hqs8p1/vm/disk 1:a', 'hqs1=hqs1p1/x')])).toEqual(['hqs8-hqs1.vm.disk_1_a'])
})

test('a pool root gives its own name', () => {
  expect(datasetIds([mapping('a=tank', 'b=backup/tank')])).toEqual(['a-b.tank'])
})

test('where made ids meet, both are marked, and in any order alike', () => {
  const one = mapping('a=p1/data', 'b=q/one')
  const two = mapping('a=p2/data', 'b=q/two')
  const forth = datasetIds([one, two])
  expect(forth).toEqual([
    expect.stringMatching(/^a-b\.data~[0-9a-f]{6}$/),
    expect.stringMatching(/^a-b\.data~[0-9a-f]{6}$/),
  ])
  expect(forth[0]).not.toBe(forth[1] ?? '')
  expect(datasetIds([two, one])).toEqual(forth.toReversed())
})

test('an explicit id is kept, and one made alike gives way', () => {
  expect(datasetIds([mapping('a=p/data', 'b=q/1', 'a-b.data'), mapping('a=p/data', 'b=q/2')])).toEqual([
    'a-b.data',
    expect.stringMatching(/^a-b\.data~/),
  ])
})
