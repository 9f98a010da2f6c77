import { describe, expect, test } from 'bun:test'
import {
  backupSide,
  bookmarked,
  inventoryOf,
  MISSING,
  planned,
  policyOf,
  primarySide,
  taken,
  tokenOf,
  unreachable,
} from '#lib/replication/testing/world.ts'
import type { Inventory, Side } from '#lib/replication/types/inventory.ts'
import { type MayDestroyInput, mayDestroy, parseAsked, sideMeant } from './may-destroy.ts'

const a = taken('a', 40)
const b = taken('b', 30)
const c = taken('c', 20)
const HERE = primarySide([a, b, c])
const BEHIND = inventoryOf(HERE, backupSide([a, b]))
const ask = (inventory: Inventory, snapshot = c, over: Partial<MayDestroyInput> = {}): string => {
  const input = { inventory, policy: policyOf(), side: 'primary' as const, guid: snapshot.guid, activeRun: null }
  const { answer, code } = mayDestroy({ ...input, ...over })
  return `${answer} ${code}`
}
const partial = (token: Inventory['token'], backup: Side = backupSide([a, b], { receiveResumeToken: '1-x' })) =>
  inventoryOf(HERE, backup, { token })
const TOKEN = tokenOf(c, b)

describe('on the primary', () => {
  test.each<[string, string, string]>([
    ['older than the base', ask(BEHIND, a), 'YES FREE'],
    ['the base', ask(BEHIND, b), 'NO BASE'],
    ['the base, although nothing waits', ask(inventoryOf(primarySide([a, b]), backupSide([a, b])), b), 'NO BASE'],
    [
      'the base, with a bookmark',
      ask(inventoryOf(primarySide([a, b, c], [bookmarked(b)]), backupSide([a, b])), b),
      'YES ANCHORED',
    ],
    [
      'a snapshot behind a base that is a bookmark',
      ask(inventoryOf(primarySide([a, c], [bookmarked(b)]), backupSide([a, b])), a),
      'YES FREE',
    ],
    ['not on the backup yet', ask(BEHIND, c), 'NO NOT_ON_BACKUP'],
    [
      'not old enough yet, but wanted then',
      ask(BEHIND, c, { policy: policyOf({ minAgeSeconds: 10 ** 9 }) }),
      'NO NOT_ON_BACKUP',
    ],
    ['not wanted there', ask(BEHIND, c, { policy: policyOf({ snapshotExclude: ['c'] }) }), 'YES FREE'],
    ['not wanted there, but the base', ask(BEHIND, b, { policy: policyOf({ snapshotExclude: ['b'] }) }), 'NO BASE'],
    ['a gap that can never be filled', ask(inventoryOf(HERE, backupSide([a, c])), b), 'YES FREE'],
    ['no backup yet', ask(inventoryOf(HERE, MISSING), a), 'NO NOT_ON_BACKUP'],
    ['nothing in common', ask(inventoryOf(HERE, backupSide([taken('x', 5)])), a), 'NO NOT_ON_BACKUP'],
    ['the backup could not be read', ask(inventoryOf(HERE, unreachable('hqs1')), a), 'UNKNOWN UNKNOWN_STATE'],
    [
      'the primary could not be read',
      ask(inventoryOf(unreachable('hqs8'), backupSide([a])), a),
      'UNKNOWN UNKNOWN_STATE',
    ],
  ])('%s', (_, said, expected) => expect(said).toBe(expected))
})

describe('a transfer that stopped part-way', () => {
  test.each<[string, string, string]>([
    ['needs what it was sending', ask(partial(TOKEN), c), 'NO TOKEN'],
    ['and what it started from', ask(partial(TOKEN), b), 'NO TOKEN'],
    ['but nothing older', ask(partial(TOKEN), a), 'YES FREE'],
    ['a token that could not be read needs anything', ask(partial(null), a), 'UNKNOWN TOKEN'],
    [
      'one that no longer applies needs nothing',
      ask(partial({ unusable: 'token-stale', text: 'gone' }), a),
      'YES FREE',
    ],
    [
      'a seed beside the backup',
      ask(
        inventoryOf(HERE, backupSide([a, b]), { incomingToken: { name: 'x', facts: { ...TOKEN, toGuid: a.guid } } }),
        a,
      ),
      'NO TOKEN',
    ],
  ])('%s', (_, said, expected) => expect(said).toBe(expected))
})

describe('a repair that is queued or running', () => {
  const plan = planned(BEHIND)
  test.each<[string, string, string]>([
    ['needs what it sends', ask(BEHIND, c, { activeRun: { id: 7, plan } }), 'NO RUN'],
    ['and its base', ask(BEHIND, b, { activeRun: { id: 7, plan } }), 'NO RUN'],
    ['but nothing else', ask(BEHIND, a, { activeRun: { id: 7, plan } }), 'YES FREE'],
    ['without a plan it may need anything', ask(BEHIND, a, { activeRun: { id: 7, plan: null } }), 'NO RUN'],
  ])('%s', (_, said, expected) => expect(said).toBe(expected))
})

describe('on the backup', () => {
  const backup = { side: 'backup' } as const
  test.each<[string, string, string]>([
    ['the base', ask(BEHIND, b, backup), 'NO BASE'],
    [
      'the base, although the primary has only its bookmark',
      ask(inventoryOf(primarySide([c], [bookmarked(b)]), backupSide([a, b])), b, backup),
      'NO BASE',
    ],
    ['an older one', ask(BEHIND, a, backup), 'YES FREE'],
    ['nothing in common', ask(inventoryOf(primarySide([c]), backupSide([a, b])), a, backup), 'NO NO_CHAIN'],
  ])('%s', (_, said, expected) => expect(said).toBe(expected))
})

describe('what is asked', () => {
  const mapping = BEHIND.mapping
  const parse = (text: string) => parseAsked(text, (id) => id === 'hqs8')
  test.each([
    ['hqs8p1/DAT1@a', { host: null, dataset: 'hqs8p1/DAT1', snapshot: 'a' }],
    ['hqs8:hqs8p1/DAT1@a:b@c', { host: 'hqs8', dataset: 'hqs8p1/DAT1', snapshot: 'a:b@c' }],
    ['pool:x/ds@a', { host: null, dataset: 'pool:x/ds', snapshot: 'a' }],
    ['hqs8p1/my data@a b', { host: null, dataset: 'hqs8p1/my data', snapshot: 'a b' }],
    ['hqs8p1/DAT1', null],
    ['@a', null],
  ])('%p', (text, asked) => expect(parse(text)).toEqual(asked))

  test('a dataset is found on its own host only, on either side', () => {
    const side = (host: string | null, dataset: string) => sideMeant({ host, dataset, snapshot: 'a' }, mapping)
    expect(side(null, 'hqs8p1/DAT1')).toBe('primary')
    expect(side('hqs1', 'hqs1p1/DAT1')).toBe('backup')
    expect(side('hqs1', 'hqs8p1/DAT1')).toBeNull()
    expect(side(null, 'hqs8p1/DAT')).toBeNull()
  })
})
