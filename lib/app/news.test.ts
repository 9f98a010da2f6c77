import { expect, test } from 'bun:test'
import type { AuditEntry } from '#lib/auth/audit.ts'
import type { RunRecord } from '#lib/db/types.ts'
import type { Emit } from '#lib/engine/ports.ts'
import { fakePlan, fakeRun } from '#tests/api/fake-views.ts'
import { auditRepairs, createNews } from './news.ts'

const byItself = {
  type: 'schedule',
  actor: 'scheduler',
  role: 'admin',
  address: null,
  userAgent: null,
  requestId: null,
} as const
const repair: Partial<RunRecord> = {
  kind: 'REPAIR',
  datasetId: 'd',
  trigger: byItself,
  state: 'SUCCEEDED',
  finishedAt: 5,
}

function told(runs: readonly RunRecord[]) {
  const book: AuditEntry[] = []
  const passed: number[] = []
  const nothing = (): void => {}
  const inner: Emit = {
    dataset: nothing,
    progress: nothing,
    host: nothing,
    control: nothing,
    maintenance: nothing,
    run: ({ id }) => void passed.push(id),
  }
  const audit = { write: async (entry: AuditEntry) => void book.push(entry), writeRequest: async () => {} }
  const news = createNews()
  news.listen(inner)
  news.listen(auditRepairs(audit))
  for (const run of runs) news.run(run)
  return { book, passed }
}

test('a repair of the schedule is in the book once, when it has ended, and everybody is still told', () => {
  const under = fakeRun(7, { ...repair, state: 'RUNNING', finishedAt: null })
  const ended = fakeRun(7, { ...repair, outcome: 'Received 2 snapshots.', bytes: 9 })
  const { book, passed } = told([under, ended, ended])
  expect(passed).toEqual([7, 7, 7])
  expect(book).toMatchObject([
    {
      actor: { kind: 'schedule', name: 'scheduler' },
      action: 'repair',
      target: 'd',
      result: 'OK',
      detail: { runId: '7', state: 'SUCCEEDED', bytes: 9, message: 'Received 2 snapshots.' },
    },
  ])
})

test.each([
  ['BLOCKED', 'REFUSED'],
  ['FAILED', 'FAILED'],
  ['CANCELLED', 'FAILED'],
  ['NO_CHANGE', 'OK'],
] as const)('%s is %s', (state, result) => {
  expect(told([fakeRun(7, { ...repair, state })]).book).toMatchObject([{ result }])
})

test('what a person asked for was written down when it was asked for', () => {
  const person = fakeRun(7, { ...repair, trigger: { ...byItself, type: 'http', actor: 'anna' } })
  const look = fakeRun(8, { ...repair, kind: 'SCAN' })
  expect(told([person, look]).book).toEqual([])
})

test('what a person makes readable is in the book before the first byte, once, with the sentence that was read', () => {
  const plan = fakePlan('d', { decrypts: 'hqs8p1/d is encrypted, and …' })
  const person = { ...byItself, type: 'http', actor: 'anna', role: 'operator', actorKind: 'session' } as const
  const asked = { ...repair, trigger: person, plan, reason: 'agreed', finishedAt: null, startedAt: null }
  const begun = fakeRun(7, { ...asked, state: 'RUNNING', startedAt: 4 })
  const { book } = told([
    fakeRun(7, { ...asked, state: 'QUEUED' }),
    begun,
    begun,
    fakeRun(8, { ...asked, plan: null, startedAt: 4 }),
  ])
  expect(book).toMatchObject([
    {
      actor: { kind: 'session', name: 'anna', role: 'operator' },
      action: 'sendDecrypted',
      target: 'd',
      reason: 'agreed',
      detail: { runId: '7', message: 'hqs8p1/d is encrypted, and …' },
    },
  ])
})

test('a listener that fails keeps nothing from the audit; its error is thrown when all have heard', () => {
  const written: AuditEntry[] = []
  const news = createNews()
  news.listen({
    run: () => {
      throw new Error('no page could be told')
    },
  })
  news.listen(
    auditRepairs({
      write: async (entry) => {
        written.push(entry)
      },
    }),
  )
  expect(() => news.run(fakeRun(1, repair))).toThrow('no page could be told')
  expect(written.map(({ action, target }) => [action, target])).toEqual([['repair', 'd']])
})
