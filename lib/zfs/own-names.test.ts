import { expect, test } from 'bun:test'
import { checkDatasetName } from './names.ts'
import {
  anchorName,
  bytesOverForSetAside,
  ownDatasetName,
  parseAnchorName,
  parseOwnDatasetName,
  runStamp,
} from './own-names.ts'

const STAMP = '20261122T094500Z'

test('the stamp of a run is UTC', () => expect(runStamp(Date.UTC(2026, 10, 22, 9, 45) / 1000)).toBe(STAMP))

test.each(['aside', 'next', 'incoming'] as const)('a %s name is a ZFS name and is recognised', (role) => {
  const name = ownDatasetName('hqs1p1/HQS8DAT1', role, STAMP)
  expect(name).toBe(`hqs1p1/HQS8DAT1.zw-${role}-${STAMP}`)
  expect(checkDatasetName(name)).toBeNull()
  expect(parseOwnDatasetName(name)).toEqual({ role, of: 'hqs1p1/HQS8DAT1', stamp: STAMP })
})

test.each([
  'hqs1p1/HQS8DAT1',
  `hqs1p1/HQS8DAT1.zw-aside-${STAMP}/child`,
  'hqs1p1/HQS8DAT1.zw-aside-2026',
  `hqs1p1/HQS8DAT1.zw-other-${STAMP}`,
  `.zw-aside-${STAMP}`,
])("%p is somebody else's", (name) => expect(parseOwnDatasetName(name)).toBeNull())

test('an anchor carries the guid of its snapshot', () => {
  expect(anchorName('18025512721595135951')).toBe('zw-fa277c5128f677cf')
  expect(parseAnchorName('zw-fa277c5128f677cf')).toBe('18025512721595135951')
  for (const foreign of [
    'mark',
    'zw-',
    'zw-FA277C5128F677CF',
    'zw-fa27',
    'zw-fa277c5128f677cf0',
    'zw-0000000000000000',
  ])
    expect(parseAnchorName(foreign)).toBeNull()
})

test('room for the longest suffix is counted with what lies below', () => {
  expect(bytesOverForSetAside('p/'.padEnd(226, 'a'))).toBe(0)
  expect(bytesOverForSetAside('p/'.padEnd(227, 'a'))).toBe(1)
  expect(bytesOverForSetAside('p/'.padEnd(200, 'a'), '/child@snapshot'.length)).toBe(0)
  expect(bytesOverForSetAside('p/'.padEnd(220, 'a'), '/child@snapshot'.length)).toBe(9)
})
