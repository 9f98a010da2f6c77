import { expect, test } from 'bun:test'
import type { HostState } from '#lib/engine/types.ts'
import { fakeView } from '#tests/api/fake-views.ts'
import { checksOf } from './dataset-detail.ts'

function host(change: Partial<HostState>): HostState {
  const pool = { name: 'hqs7p1', health: 'ONLINE', readonly: false, sizeBytes: 9, freeBytes: 9 }
  const fine = { id: 'hqs7', reachable: true, latencyMs: 9, checkedAt: 0, seenAt: 0, skewSeconds: 0, fault: null }
  return { ...fine, pools: [pool], ...change }
}
const pool = (health: string, readonly = false) => [{ name: 'hqs7p1', health, readonly, sizeBytes: 9, freeBytes: 9 }]

/** SSH, POOL and CLOCK of the backup. */
test.each([
  ['all is well', host({}), 'OK OK OK'],
  ['nobody has looked', host({ reachable: null, pools: [], skewSeconds: null }), 'UNKNOWN UNKNOWN UNKNOWN'],
  ['it does not answer: what was known of the pool is old', host({ reachable: false }), 'PROBLEM UNKNOWN OK'],
  ['a degraded pool', host({ pools: pool('DEGRADED') }), 'OK PROBLEM OK'],
  ['a read-only pool', host({ pools: pool('ONLINE', true) }), 'OK PROBLEM OK'],
  ['a clock at the limit', host({ skewSeconds: -60 }), 'OK OK OK'],
  ['a wrong clock', host({ skewSeconds: -61 }), 'OK OK PROBLEM'],
])('%s', (_, state, expected) => {
  const checks = checksOf(fakeView('a'), [state]).filter((check) => check.host === 'hqs7')
  expect(checks.map((check) => check.state).join(' ')).toBe(expected)
})
