import { describe, expect, test } from 'bun:test'
import type { RunView } from './answers.ts'
import { type ExitCode, exitOfPlan, exitOfProblem, exitOfRun, worstExit } from './exit-codes.ts'

describe('what the service refuses', () => {
  test.each([
    [404, 'NO_SUCH_DATASET', 3],
    [404, 'NO_SUCH_RUN', 3],
    [404, 'NO_SUCH_FUNCTION', 3],
    [409, 'CONFIRMATION_REQUIRED', 5],
    [409, 'POLICY_FORBIDS', 5],
    [409, 'PAUSED', 5],
    [409, 'HELD', 5],
    [409, 'ALREADY_RUNNING', 6],
    [409, 'NOT_RUNNING', 6],
    [409, 'PLAN_STALE', 6],
    [409, 'PLAN_EXPIRED', 6],
    [409, 'A_CODE_OF_TOMORROW', 6],
    [409, 'NOTHING_TO_DO', 0],
    [409, 'BUSY_EXTERNAL', 75],
    [429, 'RATE_LIMITED', 75],
    [503, 'SHUTTING_DOWN', 7],
    [503, 'NOT_READY', 7],
    [502, null, 7],
    [401, 'NOT_AUTHENTICATED', 8],
    [403, 'FORBIDDEN_ROLE', 8],
    [403, 'CSRF', 8],
    [421, 'BAD_HOST', 8],
    [422, 'CONFIG_INVALID', 9],
    [422, 'VALIDATION', 2],
    [400, 'BAD_PARAMETER', 2],
    [500, 'INTERNAL', 1],
    [418, null, 1],
    [404, 'constructor', 3],
  ])('%p %p ends with %i', (status, code, exit) => expect(exitOfProblem(status, code)).toBe(exit as ExitCode))
})

type Ended = Pick<RunView, 'result' | 'error' | 'decisions'>
const rule = (name: string) => ({ rule: name, count: 1, message: '' })
const fault = (kind: string) => ({ kind, message: '', step: 1, host: 'a', stderrTail: '', retryable: true })
const end = (result: Ended['result'], more: Partial<Ended> = {}): Ended => ({
  result,
  error: null,
  decisions: [],
  ...more,
})

describe('how a run ended', () => {
  const table: [string, Ended, number][] = [
    ['done', end('SUCCEEDED'), 0],
    ['done with warnings', end('SUCCEEDED_WITH_WARNINGS'), 0],
    ['nothing to do', end('NO_CHANGE'), 0],
    ['a look that could not see', end('SUCCEEDED', { decisions: [rule('STATUS_UNKNOWN')] }), 75],
    ['SAN off', end('FAILED', { error: fault('unreachable') }), 75],
    ['link cut', end('FAILED', { error: fault('lost') }), 75],
    ['refused key', end('FAILED', { error: fault('auth') }), 1],
    ['bad stream', end('FAILED', { error: fault('bad-stream') }), 1],
    ['held back by policy', end('BLOCKED', { decisions: [rule('POLICY_FORBIDS')] }), 5],
    ['needs a person', end('BLOCKED', { decisions: [rule('CONFIRMATION_REQUIRED')] }), 5],
    ['plan stale', end('BLOCKED', { decisions: [rule('PLAN_STALE')] }), 6],
    ['outside its window', end('BLOCKED', { decisions: [rule('WAITING_FOR_WINDOW')] }), 75],
    ['cancelled by somebody', end('CANCELLED'), 1],
    ['the witness stopped', end('INTERRUPTED'), 1],
  ]
  test.each(table)('%s', (_, run, exit) => expect(exitOfRun(run)).toBe(exit as ExitCode))
})

test.each([
  ['NOTHING', null, 0],
  ['INCREMENTAL', null, 4],
  ['INCREMENTAL', 'POLICY_FORBIDS', 5],
  ['SET_ASIDE_REWIND', 'SET_ASIDE_LIMIT', 5],
  ['IMPOSSIBLE', 'UNKNOWN_STATE', 75],
  ['IMPOSSIBLE', 'POOL_UNAVAILABLE', 5],
  ['IMPOSSIBLE', null, 5],
])('a preview of %s held back by %p ends with %i', (kind, code, exit) =>
  expect(exitOfPlan({ kind, blocked: code === null ? null : { code } })).toBe(exit as ExitCode),
)

test('of several ends the worst counts', () => {
  expect(worstExit([])).toBe(0)
  expect(worstExit([0, 75])).toBe(75)
  expect(worstExit([75, 1, 0])).toBe(1)
  expect(worstExit([1, 130])).toBe(130)
})
