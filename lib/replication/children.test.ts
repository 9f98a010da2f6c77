import { expect, test } from 'bun:test'
import { movableChildren } from './children.ts'

const B = 'pool/b'
const ASIDE = 'pool/b.zw-aside-20261122T120000Z'
const KID = 'kid.zw-aside-20261121T120000Z'

/** Name and encryption root of a child below this parent; may it go below `pool/b`? */
const moves = (name: string, root: string | null, parent: { name: string; root: string | null }): boolean =>
  movableChildren([{ name, type: 'filesystem', encryptionRoot: root }], parent.name, parent.root, B).length === 1

test.each<[string, string, string | null, string, string | null, boolean]>([
  ['without a key', `${B}/kid`, null, B, null, true],
  ['a root of its own, below a root', `${B}/kid`, `${B}/kid`, B, B, true],
  ['a root of its own, below none', `${B}/kid`, `${B}/kid`, B, null, true],
  ['key of the backup, which is a root', `${B}/kid`, B, B, B, false],
  ['key of the pool, as the backup itself has it', `${B}/kid`, 'pool', B, 'pool', true],
  ['promoted, not renamed: key of the line that takes the place', `${B}/kid`, `${B}.zw-next`, B, `${B}.zw-next`, true],
  // A set-aside of a child has its key from the line that took the child's place.
  ['set-aside of a child, whose root is its sibling', `${B}/${KID}`, `${B}/kid`, B, B, false],
  ['the same below the set-aside of the parent', `${ASIDE}/${KID}`, `${ASIDE}/kid`, ASIDE, B, false],
  ['the same, its sibling having moved', `${ASIDE}/${KID}`, `${B}/kid`, ASIDE, B, false],
])('%s', (_, name, root, parent, parentRoot, expected) => {
  expect(moves(name, root, { name: parent, root: parentRoot })).toBe(expected)
})
