import { expect, test } from 'bun:test'
import { runCommand } from '../testing/command-line.ts'

test('the audit in lines', async () => {
  const entry = {
    id: '1',
    at: '2026-11-22T13:00:00Z',
    actor: { kind: 'SESSION', name: 'anna', role: 'admin', address: '10.0.0.7' },
    userAgent: null,
    requestId: null,
    action: 'repair',
    target: 'hq10-7.DAT1',
    reason: 'swap',
    result: 'REFUSED',
    code: 'PLAN_STALE',
    detail: {},
  }
  const ran = await runCommand(['audit', '--actor', 'anna', '--plain'], {
    answers: { 'GET /api/audit': { status: 200, body: { items: [entry], nextCursor: null } } },
  })
  expect(ran.service.calls).toEqual(['GET /api/audit?actor=anna&limit=20'])
  expect(ran.stdout).toBe(
    '1\t2026-11-22T13:00:00Z\tSESSION\tanna\tadmin\t10.0.0.7\trepair\thq10-7.DAT1\tREFUSED\tPLAN_STALE\tswap\n',
  )
})
