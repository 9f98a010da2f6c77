import { describe, expect, test } from 'bun:test'
import { fakeRun, TRIGGER } from '#tests/api/fake-views.ts'
import { percentOf, runView } from './run.ts'

const NOW = Date.parse('2026-11-22T14:32:10Z')
const progress = (bytesDone: number, bytesTotal: number | null) => ({
  phase: 'transferring' as const,
  stepIndex: 1,
  stepCount: 3,
  bytesDone,
  bytesTotal,
  totalIsEstimate: true,
  bytesPerSecond: null,
  etaSeconds: null,
  lastByteAt: NOW,
})

describe('percent', () => {
  test.each([
    [0, 100, 0],
    [51.9, 100, 51],
    [100, 100, 99],
    [400, 100, 99],
    [5, null, null],
    [5, 0, null],
  ])('%p of %p: %p', (done, total, percent) => expect(percentOf(progress(done, total))).toBe(percent))
})

describe('a run as the API shows it', () => {
  test.each([
    ['QUEUED', null],
    ['RUNNING', null],
    ['FAILED', 'FAILED'],
    ['INTERRUPTED', 'INTERRUPTED'],
  ] as const)('%s has the result %p', (state, result) => {
    expect(runView(fakeRun(1, { state }), NOW).result).toBe(result)
  })

  test('lasts until it has ended', () => {
    const startedAt = NOW - 4000
    expect(runView(fakeRun(1, { startedAt }), NOW).durationSeconds).toBe(4)
    expect(runView(fakeRun(1, { startedAt, finishedAt: NOW - 1000 }), NOW).durationSeconds).toBe(3)
    expect(runView(fakeRun(1), NOW).durationSeconds).toBeNull()
  })

  test('words are UPPER_SNAKE, a role nobody knows may do nothing', () => {
    const view = runView(fakeRun(1, { progress: progress(1, 2), trigger: { ...TRIGGER, role: 'emperor' } }), NOW)
    expect(view.trigger).toMatchObject({ type: 'HTTP', role: 'NONE' })
    expect(view.progress).toMatchObject({ phase: 'TRANSFERRING', percent: 50, lastByteAt: '2026-11-22T14:32:10Z' })
  })
})
