import { expect, test } from 'bun:test'
import { fakePlan, fakeView } from '#tests/api/fake-views.ts'
import { forecastOf } from './run-detail.ts'

const NO = {
  allowed: false,
  code: 'NEEDS_PERSON',
  because: 'A person must decide.',
  from: null,
  sentence: 'Not by itself now. A person must decide.',
} as const

test('what would start, and what would be left out', () => {
  const views = [
    fakeView('a'),
    fakeView('b'),
    fakeView('c', { change: { plan: fakePlan('c', { automatic: NO }) } }),
    fakeView('d', { change: { plan: fakePlan('d', { kind: 'NOTHING', automatic: NO }) } }),
    fakeView('e', { change: { plan: null } }),
  ]
  expect(forecastOf(views)).toEqual({
    datasets: 5,
    repairs: 2,
    estimateBytes: 2 ** 31,
    kinds: [{ kind: 'INCREMENTAL', count: 2 }],
    held: [{ code: 'NEEDS_PERSON', count: 1 }],
  })
})

test('one without an estimate: the sum is not known', () => {
  const views = [fakeView('a'), fakeView('b', { change: { plan: fakePlan('b', { estimateBytes: null }) } })]
  expect(forecastOf(views).estimateBytes).toBeNull()
})
