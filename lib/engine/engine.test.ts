import { expect, test } from 'bun:test'
import type { RunRecord } from '#lib/db/types.ts'
import { fakeRun } from '#tests/api/fake-views.ts'
import { begin } from './engine.ts'
import type { EngineDeps } from './ports.ts'

test('a run that an earlier process left open is told as ended', async () => {
  const left = fakeRun(7, { kind: 'REPAIR', datasetId: 'd', state: 'INTERRUPTED', finishedAt: 5 })
  const told: RunRecord[] = []
  const deps = {
    now: () => 5,
    store: { interruptOpen: async () => [left], runs: async () => ({ items: [] }) },
    emit: { run: (run: RunRecord) => void told.push(run) },
    log: { warn: () => {} },
  } as unknown as EngineDeps
  await begin(deps, { takeConfig: async () => {} }, { remember: () => {} })
  expect(told).toEqual([left])
})
