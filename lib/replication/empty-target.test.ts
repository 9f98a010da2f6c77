import { expect, test } from 'bun:test'
import type { DatasetFacts } from '#lib/zfs/types.ts'
import { isEmptyTarget } from './empty-target.ts'
import { backupSide, inventoryOf, policyOf, primarySide, taken } from './testing/world.ts'
import type { PresentSide, SwapFacts } from './types.ts'

const SWAP: SwapFacts = { children: [], local: [], canmount: 'on', shared: false, logicalBytes: 43_008 }
const CHILD = { name: 'hqs1p1/x/child', type: 'filesystem', encryptionRoot: null } as const
const mine = taken('mine', 1)

interface Change {
  readonly facts?: Partial<DatasetFacts>
  readonly side?: Partial<PresentSide>
  readonly swap?: Partial<SwapFacts> | null
  readonly primary?: Partial<DatasetFacts>
}
const own = { encryption: 'aes-256-gcm', encryptionRoot: 'hqs1p1/x', name: 'hqs1p1/x', keyStatus: 'available' } as const

test.each<[string, Change, boolean]>([
  ['a filesystem', {}, true],
  ['on sectors of 512 bytes', { swap: { logicalBytes: 12_288 } }, true],
  ['a volume', { facts: { type: 'volume' }, swap: { logicalBytes: 28_672, canmount: null } }, true],
  ['a volume with the bytes of a filesystem', { facts: { type: 'volume' } }, false],
  ['one that inherits its key', { facts: { ...own, encryptionRoot: 'hqs1p1' }, swap: { logicalBytes: 70_656 } }, true],
  ['one with its own key, of a plain primary', { facts: own, swap: { logicalBytes: 70_656 } }, false],
  [
    'one with its own key, for a raw stream',
    { facts: own, swap: { logicalBytes: 70_656 }, primary: { encryption: 'aes-256-gcm', keyStatus: 'available' } },
    true,
  ],
  ['a file of one byte', { swap: { logicalBytes: 43_520 } }, false],
  ['less than anything we know', { swap: { logicalBytes: 0 } }, false],
  ['not read', { swap: { logicalBytes: null } }, false],
  ['nothing read', { swap: null }, false],
  ['a snapshot', { side: { snapshots: [mine] } }, false],
  ['a bookmark', { side: { bookmarks: [{ name: 'b', guid: '7', createtxg: 7n, creation: 7 }] } }, false],
  ['the remainder of a transfer', { facts: { receiveResumeToken: '1-abc' } }, false],
  ['a clone', { facts: { origin: 'hqs1p1/other@a' } }, false],
  ['shared', { swap: { shared: true } }, false],
  ['something below it', { swap: { children: [CHILD] } }, false],
  ['a place that we made', { facts: { readonly: true }, swap: { children: [CHILD], canmount: 'off' } }, true],
  [
    'such a place that is mounted',
    { facts: { readonly: true, mounted: true }, swap: { children: [CHILD], canmount: 'off' } },
    false,
  ],
])('%s', (_name, { facts, side, swap, primary }, expected) => {
  const backup = { ...backupSide([], facts), ...side }
  const facts_ = swap === null ? null : { ...SWAP, ...swap }
  const inventory = { ...inventoryOf(primarySide([mine], [], primary), backup), swap: facts_ }
  expect(isEmptyTarget({ inventory }, policyOf())).toBe(expected)
})
