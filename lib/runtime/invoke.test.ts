import { describe, expect, test } from 'bun:test'
import { actorOf, startFixture } from './fixtures/start.ts'
import type { InvocationOutcome, InvocationRequest } from './invoke.ts'
import { Problem } from './problem.ts'

const operator = actorOf('operator')
const http = (name: string, rest: Partial<InvocationRequest> = {}): InvocationRequest => ({
  name,
  trigger: 'http',
  actor: operator,
  ...rest,
})

async function problemOf(promise: Promise<InvocationOutcome>): Promise<[number, string]> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Problem)) throw error ?? new Error('it was started')
  return [error.status, error.code]
}

test('an invocation is recorded with who, how, what and the outcome', async () => {
  const { runtime, store } = await startFixture()
  const outcome = await runtime.invoke(http('add', { input: { left: 2 }, requestId: 'r1' }))
  expect(outcome).toMatchObject({ id: '1', state: 'SUCCEEDED', output: { sum: 3 } })
  expect(store.all).toEqual([
    {
      functionName: 'add',
      trigger: 'http',
      actor: operator,
      requestId: 'r1',
      startedAt: expect.any(Date),
      input: { left: 2, right: 1 },
      end: { state: 'SUCCEEDED', endedAt: expect.any(Date), durationMs: expect.any(Number), output: { sum: 3 } },
    },
  ])
  expect(runtime.functions().find(({ name }) => name === 'add')?.last?.end?.state).toBe('SUCCEEDED')
})

test.each<[string, InvocationRequest, number, string]>([
  ['unknown', http('nothing'), 404, 'NO_SUCH_FUNCTION'],
  ['nobody', http('slow', { actor: actorOf('none') }), 401, 'NOT_AUTHENTICATED'],
  ['too low a role', http('slow', { actor: actorOf('viewer') }), 403, 'FORBIDDEN_ROLE'],
  ['bad input', http('add', { input: { left: 'two' } }), 422, 'VALIDATION'],
])('not started and not recorded: %s', async (_name, request, status, code) => {
  const { runtime, store } = await startFixture()
  expect(await problemOf(runtime.invoke(request))).toEqual([status, code])
  expect(store.all).toEqual([])
})

test('a failure: the caller learns no internals, the record and the hook do', async () => {
  const { runtime, store, errors } = await startFixture()
  const outcome = await runtime.invoke(http('boom'))
  expect([outcome.state, outcome.problem?.code]).toEqual(['FAILED', 'INTERNAL'])
  expect(outcome.problem?.detail).not.toContain('secret')
  expect(store.all[0]?.end?.error).toContain('/secret/path')
  expect(errors).toHaveLength(1)
})

test('an output that its schema does not allow is a failure', async () => {
  const { runtime, store } = await startFixture()
  expect((await runtime.invoke(http('liar'))).state).toBe('FAILED')
  expect(store.all[0]?.end?.error).toContain('functions/liar.ts returned something its output schema does not allow')
})

describe('never beside itself', () => {
  test('not even of twenty callers in one tick; another may follow when it has ended', async () => {
    const { runtime, gate } = await startFixture()
    const calls = Array.from({ length: 20 }, () => runtime.invoke(http('slow')))
    const settled = Promise.allSettled(calls)
    gate.open()
    const results = await settled
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []))
    expect(new Set(refused)).toEqual(new Set(['ALREADY_RUNNING']))
    expect((await runtime.invoke(http('slow'))).state).toBe('SUCCEEDED')
  })

  test('a schedule is skipped, recorded and counted', async () => {
    const skipped: string[] = []
    const { runtime, store, gate } = await startFixture({ onSkip: (name) => skipped.push(name) })
    const first = runtime.invoke(http('slow', { trigger: 'cli' }))
    expect((await runtime.invoke(http('slow', { trigger: 'schedule' }))).state).toBe('SKIPPED')
    expect(skipped).toEqual(['slow'])
    expect(store.all.map(({ trigger, end }) => [trigger, end?.state])).toEqual([
      ['cli', undefined],
      ['schedule', 'SKIPPED'],
    ])
    gate.open()
    expect((await first).state).toBe('SUCCEEDED')
  })

  test('unless it says so', async () => {
    const { runtime, gate } = await startFixture()
    const both = Promise.all([runtime.invoke(http('parallel')), runtime.invoke(http('parallel'))])
    gate.open()
    expect((await both).map(({ state }) => state)).toEqual(['SUCCEEDED', 'SUCCEEDED'])
  })
})

test('a handler that ignores its signal is reported, and holds its lock until it really ends', async () => {
  const { runtime, gate, store } = await startFixture()
  const outcome = await runtime.invoke(http('stubborn'))
  expect([outcome.state, outcome.problem?.code]).toEqual(['TIMED_OUT', 'TIMED_OUT'])
  expect(store.all[0]?.end?.state).toBe('TIMED_OUT')
  expect(runtime.running()).toMatchObject([{ functionName: 'stubborn', overdue: true }])
  expect(await problemOf(runtime.invoke(http('stubborn')))).toEqual([409, 'ALREADY_RUNNING'])
  gate.open()
  await Bun.sleep(0)
  expect(runtime.running()).toEqual([])
  expect((await runtime.invoke(http('stubborn'))).state).toBe('SUCCEEDED')
})

test('the caller may cancel', async () => {
  const { runtime } = await startFixture()
  const cancel = new AbortController()
  const call = runtime.invoke(http('slow', { signal: cancel.signal }))
  await Bun.sleep(0)
  cancel.abort()
  expect((await call).state).toBe('CANCELLED')
})

test('a stop aborts all, waits, names who did not end, and refuses new ones', async () => {
  const { runtime } = await startFixture()
  const slow = runtime.invoke(http('slow'))
  const stubborn = runtime.invoke(http('stubborn'))
  await Bun.sleep(0)
  expect(await runtime.stop(50)).toEqual(['stubborn'])
  expect((await slow).state).toBe('CANCELLED')
  expect(['CANCELLED', 'TIMED_OUT']).toContain((await stubborn).state)
  expect(await problemOf(runtime.invoke(http('add', { input: { left: 1 } })))).toEqual([503, 'SHUTTING_DOWN'])
})

test('a record that cannot be begun starts nothing; one that cannot be ended is reported', async () => {
  const full = new Error('disk full')
  const refuse = (): Promise<never> => Promise.reject(full)
  const none = await startFixture({}, { store: { begin: refuse, end: refuse } })
  for (let times = 0; times < 2; times++) await expect(none.runtime.invoke(http('slow'))).rejects.toBe(full)
  const late = await startFixture({}, { store: { begin: async () => '1', end: refuse } })
  expect((await late.runtime.invoke(http('add', { input: { left: 1 } }))).state).toBe('SUCCEEDED')
  expect(late.errors).toEqual([full])
})
