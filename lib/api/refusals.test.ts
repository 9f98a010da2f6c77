import { describe, expect, test } from 'bun:test'
import { BadCursor } from '#lib/db/errors.ts'
import { Refusal, type RefusalCode } from '#lib/engine/refusal.ts'
import { Problem } from '#lib/runtime/problem.ts'
import { refusalProblem, runInTheWay, untilOf, withRefusals } from './refusals.ts'

const TABLE: readonly (readonly [RefusalCode, number, string])[] = [
  ['NO_SUCH_DATASET', 404, '/api/datasets'],
  ['NO_SUCH_RUN', 404, '/api/runs'],
  ['NO_SUCH_PAIR', 404, '/api/config'],
  ['ALREADY_RUNNING', 409, '/api/runs/7'],
  ['NOT_RUNNING', 409, '/api/runs/7'],
  ['CONFIRMATION_REQUIRED', 409, '/api/datasets/a~1.b/preview'],
  ['PLAN_STALE', 409, '/api/datasets/a~1.b/preview'],
  ['PLAN_EXPIRED', 409, '/api/datasets/a~1.b/preview'],
  ['PAUSED', 409, '/api/datasets/a~1.b'],
  ['POLICY_FORBIDS', 409, '/api/config'],
  ['BUSY_EXTERNAL', 409, '/api/datasets/a~1.b'],
  ['HELD', 409, '/api/datasets/a~1.b/preview'],
  ['NOTHING_TO_DO', 409, '/api/datasets/a~1.b'],
  ['SHUTTING_DOWN', 503, '/api/status'],
]

describe('what the engine refuses', () => {
  test.each(TABLE)('%s is %i and leads to %s', (code, status, href) => {
    const problem = refusalProblem(new Refusal(code, 'Because.', { runId: 7, datasetId: 'a~1.b' }))
    expect({ status: problem.status, code: problem.code, detail: problem.detail, href: problem.next?.href }).toEqual({
      status,
      code,
      detail: 'Because.',
      href,
    })
  })

  test('ALREADY_RUNNING says which run, in the document and in Location', () => {
    const problem = refusalProblem(new Refusal('ALREADY_RUNNING', 'Run 7 is under way.', { runId: 7 }))
    expect(problem.headers).toEqual({ Location: '/api/runs/7' })
    expect(problem.extra).toEqual({ runId: '7' })
    expect(problem.retryable).toBe(true)
  })

  test('SHUTTING_DOWN says when to come again', () => {
    expect(refusalProblem(new Refusal('SHUTTING_DOWN', 'Stopping.')).headers).toEqual({ 'Retry-After': '10' })
  })

  test('without a dataset the list is the next step', () => {
    expect(refusalProblem(new Refusal('PLAN_STALE', 'x')).next).toEqual({ href: '/api/datasets' })
  })
})

describe('withRefusals', () => {
  const caught = (error: Error) =>
    withRefusals(() => Promise.reject(error)).then(
      () => null,
      (thrown: unknown) => thrown,
    )

  test('a refusal becomes a problem', async () => {
    expect(await caught(new Refusal('PAUSED', 'x'))).toBeInstanceOf(Problem)
  })
  test("so does the store's bad cursor", async () => {
    expect(await caught(new BadCursor('runs'))).toMatchObject({ status: 400, code: 'BAD_CURSOR' })
  })
  test('any other error stays what it is', async () => {
    const error = new Error('disk full')
    expect(await caught(error)).toBe(error)
  })
  test('an answer goes through', async () => expect(await withRefusals(() => 5)).toBe(5))
})

test('runInTheWay', () => {
  expect(runInTheWay(new Refusal('ALREADY_RUNNING', 'x', { runId: 3 }))).toBe(3)
  expect(runInTheWay(new Refusal('PAUSED', 'x', { runId: 3 }))).toBeNull()
  expect(runInTheWay(new Error('x'))).toBeNull()
})

const NOW = Date.parse('2026-11-22T12:00:00Z')

test.each([
  [{}, null],
  [{ seconds: 60 }, NOW + 60_000],
  [{ until: '2026-11-22T12:00:01Z' }, NOW + 1000],
  [{ until: '2026-11-22T14:00:00+01:00' }, NOW + 3_600_000],
  [{ until: '14:00' }, NOW + 3_600_000],
])('%p', (input, end) => expect(untilOf(input, { after: NOW, zone: 'Europe/Vienna' })).toBe(end))

test.each([
  [{ seconds: 60, until: '2026-11-23T00:00:00Z' }, 'not both'],
  [{ until: '2026-11-22T12:00:00Z' }, 'is over'],
  [{ until: 'soon' }, 'is no time'],
  [{ until: '2028-11-22 12:00' }, 'more than a year'],
])('%p is refused', (input, because) => expect(() => untilOf(input, { after: NOW, zone: 'UTC' })).toThrow(because))
