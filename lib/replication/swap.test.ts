import { expect, test } from 'bun:test'
import { movableAfterPromote, movableChildren } from './swap.ts'

const PARENT = 'vault/safe'
const ASIDE = `${PARENT}/kid.zw-aside-20261122T160006Z`

test.each([
  ['without encryption', `${PARENT}/kid`, null, PARENT, true],
  ['with a key of its own', `${PARENT}/kid`, `${PARENT}/kid`, PARENT, true],
  ['with the parent’s key', `${PARENT}/kid`, PARENT, PARENT, false],
  ['with the key of what is above both', `${PARENT}/kid`, 'vault', 'vault', true],
  ['set aside beside the one that a promote made its root', ASIDE, `${PARENT}/kid`, PARENT, false],
])('a child leaves its parent only with its encryption root: %s', (_, name, encryptionRoot, parentRoot, moves) => {
  const child = { name, type: 'filesystem', encryptionRoot } as const
  expect(movableChildren([child], PARENT, parentRoot)).toEqual(moves ? [child] : [])
})

test.each([
  ['without encryption', `${PARENT}/kid`, null, PARENT, true],
  ['with the key of the backup, which the promote hands on', `${PARENT}/kid`, PARENT, PARENT, true],
  ['with the key of what is above both', `${PARENT}/kid`, 'vault', 'vault', true],
  ['with a key from beside it', ASIDE, `${PARENT}/kid`, PARENT, false],
  ['with the key of a backup that has its own from above', `${PARENT}/kid`, PARENT, 'vault', false],
])('after a promote: %s', (_, name, encryptionRoot, backupRoot, moves) => {
  const child = { name, type: 'filesystem', encryptionRoot } as const
  expect(movableAfterPromote([child], PARENT, backupRoot)).toEqual(moves ? [child] : [])
})
