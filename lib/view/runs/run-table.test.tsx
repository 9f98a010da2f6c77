import { expect, test } from 'bun:test'
import { foldRuns, type RunLine } from './run-table.tsx'

function run(id: string, change: Partial<RunLine> = {}): RunLine {
  return {
    id,
    kind: 'SCAN',
    state: 'NO_CHANGE',
    trigger: {
      type: 'SCHEDULE',
      actor: 'scheduler',
      role: 'ADMIN',
      address: null,
      userAgent: null,
      requestId: null,
    } as RunLine['trigger'],
    datasetId: null,
    queuedAt: '2026-11-22T00:00:00Z',
    startedAt: null,
    finishedAt: null,
    durationSeconds: null,
    bytes: 0,
    outcome: null,
    reason: null,
    scope: {},
    ...change,
  }
}
const words = (runs: readonly RunLine[]): string =>
  foldRuns(runs)
    .map((folded) => (folded.kind === 'run' ? folded.run.id : `[${folded.runs.map(({ id }) => id).join(' ')}]`))
    .join(' ')

test('checks of the schedule that found nothing are one line; whatever else happened is seen', () => {
  const asked = { ...run('x').trigger, type: 'HTTP' as const }
  expect(words([run('5'), run('4'), run('3', { state: 'FAILED' }), run('2'), run('1', { trigger: asked })])).toBe(
    '[5 4] 3 2 1',
  )
  expect(words([run('3'), run('2', { kind: 'REPAIR', bytes: 5 }), run('1')])).toBe('3 2 1')
  expect(words([])).toBe('')
})
