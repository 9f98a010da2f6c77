import { expect, test } from 'bun:test'
import { fakePlan } from '#tests/api/fake-views.ts'
import { planView, previewView } from './plan.ts'

test('every step shows its words, in the order in which they are piped', () => {
  const { steps } = planView(fakePlan('a'))
  expect(
    steps.map(({ kind, commands, optional, ifInterrupted }) => [kind, commands.length, optional, ifInterrupted]),
  ).toEqual([
    ['BOOKMARK', 1, true, 'HARMLESS'],
    ['TRANSFER', 2, false, 'RESUMES'],
    ['VERIFY', 0, false, 'COMPLETED_AT_NEXT_START'],
  ])
  expect(steps[1]?.commands.map(({ argv }) => argv[1])).toEqual(['send', 'receive'])
  expect(steps[1]).toMatchObject({ arrives: 2, target: { guid: '42' } })
})

test('typing is asked only of plans that destroy, and then for the full backup dataset', () => {
  const shown = { planId: 'p', datasetId: 'a', madeAt: 0, expiresAt: 600_000 }
  const lost = { kind: 'snapshot' as const, name: 'x', guid: '1', creation: 0, usedBytes: 12 }
  expect(previewView({ ...shown, plan: fakePlan('a') }).confirm).toBeNull()
  expect(previewView({ ...shown, plan: fakePlan('a', { destroys: [lost] }) }).confirm).toBe('hqs7p1/L1S4DAT1')
})
