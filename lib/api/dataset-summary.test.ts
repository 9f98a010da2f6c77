import { describe, expect, test } from 'bun:test'
import type { Silence } from '#lib/engine/silence.ts'
import type { DatasetView } from '#lib/engine/types.ts'
import { fakePlan, fakeView } from '#tests/api/fake-views.ts'
import { datasetSummary, nameOf } from './dataset-summary.ts'
import { countsOf, worstOf } from './status.ts'

const NOW = Date.parse('2026-11-22T14:32:10Z')
const summary = (change: Partial<DatasetView> = {}) => datasetSummary(fakeView('a', { change }), NOW)
const AT = '2026-11-22T14:32:05Z'
const said: Silence = {
  origin: 'person',
  by: 'anna',
  reason: null,
  at: NOW - 5000,
  until: null,
  maintenance: null,
}

test.each([
  ['hqs10p1/L1S4DAT1', 'L1S4DAT1'],
  ['hqs10p1/vm/disk0', 'vm/disk0'],
  ['hqs10p1', 'hqs10p1'],
])('%s is shown as %s', (dataset, name) => expect(nameOf(dataset)).toBe(name))

describe('a pause', () => {
  test.each([
    ['none', null, null],
    [
      'in the configuration',
      { ...said, origin: 'config', by: null, at: null, reason: 'paused in the configuration' } as const,
      {
        by: null,
        at: null,
        until: null,
        reason: 'paused in the configuration',
        origin: 'CONFIG' as const,
        maintenance: null,
      },
    ],
    [
      'of a person',
      said,
      { by: 'anna', at: AT, until: null, reason: null, origin: 'PERSON' as const, maintenance: null },
    ],
    [
      'of many',
      { ...said, origin: 'maintenance', maintenance: { id: 3, about: 'SAN hqs7' } } as const,
      {
        by: 'anna',
        at: AT,
        until: null,
        reason: null,
        origin: 'MAINTENANCE' as const,
        maintenance: { id: '3', about: 'SAN hqs7' },
      },
    ],
    ['that is over', { ...said, until: NOW }, null],
  ])('%s', (_, pause, shown) => expect(summary({ pause }).paused).toEqual(shown))
})

test('a repair that would destroy says so', () => {
  const lost = { kind: 'snapshot' as const, name: 'x', guid: '1', creation: 0, usedBytes: null }
  expect(summary().reason.destructive).toBe(false)
  expect(summary({ plan: fakePlan('a', { destroys: [lost] }) }).reason.destructive).toBe(true)
  expect(summary({ plan: null }).reason.destructive).toBe(false)
})

test('what is not known is null, not zero', () => {
  const view = fakeView('a', {
    health: 'UNKNOWN',
    code: 'NOT_CHECKED',
    delaySeconds: null,
    change: { checkedAt: null, since: null },
  })
  expect(datasetSummary(view, NOW)).toMatchObject({
    delaySeconds: null,
    lagSeconds: null,
    behind: null,
    checkedAt: null,
    since: null,
  })
})

test('counts go by what is shown, the worst by what lies under it', () => {
  const rows = [
    summary(),
    datasetSummary(fakeView('b', { health: 'BROKEN', delaySeconds: 9, change: { status: 'REPAIRING' } }), NOW),
    datasetSummary(fakeView('c', { health: 'BROKEN', delaySeconds: 5 }), NOW),
    datasetSummary(fakeView('d', { health: 'UNKNOWN', delaySeconds: null }), NOW),
  ]
  expect(countsOf(rows)).toMatchObject({ HEALTHY: 1, REPAIRING: 1, BROKEN: 1, UNKNOWN: 1, total: 4, retired: 0 })
  expect(worstOf(rows)?.id).toBe('b')
  expect(worstOf([])).toBeNull()
})
