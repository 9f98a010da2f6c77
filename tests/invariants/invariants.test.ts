import { expect, test } from 'bun:test'
import type { ActionRecord, RunRecord } from '#lib/db/types.ts'
import { Bed } from '#tests/bed/bed.ts'
import { checkInvariants } from './check.ts'
import { forbiddenCommands, unexplainedRuns } from './commands.ts'
import { changesBetween, differencesIn, lossesBetween, lossKey } from './losses.ts'
import { type Stock, type StockDataset, takeStock } from './stock.ts'

const snapshot = { name: 's1', guid: '11', txg: 5, time: 0, holds: 0, digest: 'x' }
const one: StockDataset = {
  name: 'vault/one',
  guid: '1',
  snapshots: [snapshot],
  bookmarks: [{ name: 'm', guid: '11', txg: 5, time: 0 }],
  time: 0,
  written: 0,
  canmount: 'on',
  live: [7],
  data: [7],
  partial: null,
}
const stock = (...datasets: StockDataset[]): Stock =>
  new Map([
    [
      'b',
      {
        id: 'b',
        up: true,
        skewSeconds: 0,
        pools: [{ name: 'vault', imported: true, health: 'ONLINE', readonly: false, datasets }],
      },
    ],
  ])

test.each([
  ['a dataset, and everything in it', stock(), 4],
  ['a snapshot', stock({ ...one, snapshots: [] }), 1],
  ['a bookmark', stock({ ...one, bookmarks: [] }), 1],
  ['data written since the newest snapshot', stock({ ...one, live: [], data: [] }), 1],
  ['nothing: a snapshot took the written data in', stock({ ...one, live: [], data: [7] }), 0],
  ['nothing: it has another name now', stock({ ...one, name: 'vault/one.zw-aside-20261122t120000z' }), 0],
] as const)('what is gone is named: %s', (_, after, losses) => {
  expect(lossesBetween(stock(one), after, new Set())).toHaveLength(losses)
})

test('what a person removed was not lost', () => {
  const removed = new Set([lossKey('b', 'snapshot', '11')])
  expect(lossesBetween(stock(one), stock({ ...one, snapshots: [] }), removed)).toEqual([])
})

test('a renamed snapshot and a released hold are noticed', () => {
  const held = { ...one, snapshots: [{ ...snapshot, holds: 1 }] }
  const renamed = { ...one, snapshots: [{ ...snapshot, name: 's2' }] }
  expect(changesBetween(stock(held), stock(renamed), new Set())).toHaveLength(2)
})

test('one guid with two contents is noticed', () => {
  const other = { ...one, name: 'vault/two', guid: '2', snapshots: [{ ...snapshot, digest: 'y' }] }
  expect(differencesIn(stock(one, other))).toHaveLength(1)
})

test.each([
  ['zfs set readonly=on vault/one', 0],
  ['zfs set canmount=noauto vault/one', 0],
  ['zfs set mountpoint=/x vault/one', 1],
  ['zfs clone -o readonly=on vault/one@s1 vault/two', 0],
  ['zfs promote vault/two', 0],
  ['zfs rename -u vault/one vault/two', 0],
  ['zfs release tag vault/one@s1', 1],
  ['zfs release zwitness vault/one@s1', 1],
  ['zfs release zwitness-0123abcd tank/one@s1', 0],
  ['zfs destroy vault/one@s1', 1],
  ['zfs receive -s -u -F vault/one', 1],
  ['sudo -n zfs rollback vault/one@s1', 1],
  ['zfs receive -A vault/one', 1],
  ['zfs receive -s -u -o readonly=on vault/one', 0],
  ['sudo -n zfs send -v -P -I @s1 tank/one@s2', 0],
] as const)('%s is counted as %p forbidden command', (line, times) => {
  expect(forbiddenCommands([{ runId: 1, command: [line.split(' ')] } as unknown as ActionRecord])).toHaveLength(times)
})

const chosen = { plan: { kind: 'IN_PLACE', destroys: [{}] }, trigger: { type: 'http' }, reason: 'agreed with Anna' }
test.each([
  ['a person chose it and said why', chosen, 0],
  ['nobody said why', { ...chosen, reason: ' ' }, 2],
  ['the scheduler did', { ...chosen, trigger: { type: 'schedule' } }, 2],
  ['it is another plan', { ...chosen, plan: { kind: 'INCREMENTAL', destroys: [{}] } }, 2],
] as const)('a rollback: %s', (_, run, times) => {
  const runs = [
    { id: 1, kind: 'REPAIR', state: 'RUNNING', outcome: null, error: null, ...run },
  ] as unknown as RunRecord[]
  const command = ['zfs rollback vault/one@s1'.split(' ')]
  const found = [
    ...forbiddenCommands([{ runId: 1, command } as unknown as ActionRecord], runs),
    ...unexplainedRuns(runs),
  ]
  expect(found).toHaveLength(times)
})

test.each([
  [{ state: 'FAILED', outcome: 'It failed.', error: null, finishedAt: 1 }, 1],
  [{ state: 'SUCCEEDED', outcome: null, error: null, finishedAt: 1 }, 1],
  [{ state: 'SUCCEEDED', outcome: 'Done.', error: null, finishedAt: null }, 1],
  [{ state: 'SUCCEEDED', outcome: 'Done.', error: null, finishedAt: 1 }, 0],
  [{ state: 'RUNNING', outcome: null, error: null, finishedAt: null }, 0],
] as const)('a run that does not say how it ended is noticed: %j', (run, times) => {
  expect(unexplainedRuns([{ id: 1, kind: 'REPAIR', plan: null, ...run } as unknown as RunRecord])).toHaveLength(times)
})

test('a status that the SANs contradict is a lie, one that was true is none', async () => {
  const bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
    ],
    mappings: [{ name: 'one', primary: 'a', backup: 'b' }],
    defaults: { auto_repair: true, repair_when: 'behind' },
  })
  try {
    bed.host('a').zfs.dataset.create('tank/one')
    bed.host('a').zfs.snapshot('tank/one@s1', { bytes: 1000 })
    await bed.start()
    await bed.scan()
    await bed.look(false)
    const context = { bed, removed: new Set<string>(), idle: true, justLooked: true, settled: new Set<number>() }
    const now = takeStock(bed)
    expect(await checkInvariants(now, now, context)).toEqual([])
    bed.host('b').zfs.dataset.destroy('vault/one')
    const found = await checkInvariants(now, takeStock(bed), context)
    expect(found.map((each) => each.slice(0, 5).trim())).toEqual(['I1/I2', 'I1/I2', 'I5 a-', 'I5 a-'])
  } finally {
    await bed.close()
  }
})
