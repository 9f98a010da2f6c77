import { expect, test } from 'bun:test'
import { detail, run } from '../testing/answers.ts'
import { runCommand } from '../testing/command-line.ts'

const item = (datasetId: string) => ({
  datasetId,
  primary: { host: 'hqs8', dataset: `tank/${datasetId}` },
  backup: { host: 'hqs1', dataset: `vault/${datasetId}` },
  planHash: '0123456789abcdef',
  kind: 'SET_ASIDE_RESEED',
  because: 'No earlier check saw them in common.',
  outcome: 'hqs1 will match hqs8 up to @s1.',
  setAside: { name: `vault/${datasetId}.zw-aside-20261130T000000Z`, snapshots: 2, usedBytes: 1024 },
  estimateBytes: 2048,
  links: { dataset: `/api/datasets/${datasetId}` },
})
const done = (datasetId: string, message: string | null = null) => ({
  datasetId,
  accepted: message === null,
  runId: message === null ? '7' : null,
  code: message === null ? null : 'PLAN_STALE',
  message,
  links: { run: null, dataset: `/api/datasets/${datasetId}` },
})
const answers = (results: readonly object[]) => ({
  'GET /api/adopt': { status: 200, body: { items: [item('a'), item('b')] } },
  'POST /api/adopt': { status: 200, body: { items: results } },
})

test('shows each with what is set aside, and decides for all of them', async () => {
  const ran = await runCommand(['adopt', '--yes', '--reason', 'why'], { answers: answers([done('a'), done('b')]) })
  expect([ran.exit, ran.stdout]).toEqual([0, 'a: run 7\nb: run 7\n'])
  expect(ran.stderr).toContain('vault/a.zw-aside-20261130T000000Z')
  expect(ran.service.bodies.get('/api/adopt')).toEqual({
    choices: [
      { datasetId: 'a', planHash: '0123456789abcdef' },
      { datasetId: 'b', planHash: '0123456789abcdef' },
    ],
    reason: 'why',
  })
})

test('only those that are named; what has changed is said, and ends with 6', async () => {
  const ran = await runCommand(['adopt', 'b', '--yes'], { answers: answers([done('b', 'It is another plan by now.')]) })
  expect([ran.exit, ran.stdout]).toEqual([6, 'b: left out. It is another plan by now.\n'])
  expect(ran.service.bodies.get('/api/adopt')).toMatchObject({ choices: [{ datasetId: 'b' }] })
})

test('without a terminal and without --yes nothing is decided', async () => {
  const ran = await runCommand(['adopt'], { answers: answers([]) })
  expect([ran.exit, ran.service.bodies.get('/api/adopt')]).toEqual([5, undefined])
  expect(ran.stderr).toContain('No earlier check saw them in common.')
})

test('a dataset that waits for no such decision is named', async () => {
  const ran = await runCommand(['adopt', 'c', '--yes'], { answers: answers([]) })
  expect([ran.exit, ran.service.bodies.get('/api/adopt')]).toEqual([5, undefined])
  expect(ran.stderr).toContain('c waits for no decision of this kind.')
})

const LOST = {
  code: 'PRIMARY_LOST_HISTORY',
  severity: 'BROKEN',
  message: 'hqs10 lost most of its snapshots at once.',
  action: null,
  evidence: { onlyOnBackup: { count: 1, snapshots: [{ name: 'daily-1', guid: '42', creation: 1_795_262_400 }] } },
}
const inDoubt = {
  [`GET /api/datasets/${detail.id}`]: { status: 200, body: { ...detail, inDoubt: [LOST.code], reasons: [LOST] } },
  [`POST /api/datasets/${detail.id}/adopt`]: { status: 202, body: run },
}

test('a primary in doubt is shown with what only the backup has, and adopted with a reason', async () => {
  const ran = await runCommand(['adopt', detail.id, '--yes', '--reason', 'a drill'], { answers: inDoubt })
  expect(ran.exit).toBe(0)
  expect(ran.stderr).toContain('2026-11-21T12:00:00Z  @daily-1  (guid 42)')
  expect(ran.service.bodies.get(`/api/datasets/${detail.id}/adopt`)).toEqual({ reason: 'a drill' })
})

test.each([
  [['--yes'], 2, '--reason'],
  [['--reason', 'a drill'], 5, 'A person must agree'],
])('but not with %j alone', async (words, exit, says) => {
  const ran = await runCommand(['adopt', detail.id, ...words], { answers: inDoubt })
  expect([ran.exit, ran.service.bodies.get(`/api/datasets/${detail.id}/adopt`)]).toEqual([exit, undefined])
  expect(ran.stderr).toContain(says)
})

test('several at once by their names, with one reason; never together with one that waits for something else', async () => {
  const second = { ...detail, id: 'b.two', inDoubt: [LOST.code], reasons: [LOST] }
  const answers = {
    ...inDoubt,
    'GET /api/datasets/b.two': { status: 200, body: second },
    'POST /api/datasets/b.two/adopt': { status: 202, body: run },
    'GET /api/datasets/c': { status: 200, body: { ...detail, id: 'c' } },
  }
  const ran = await runCommand(['adopt', detail.id, 'b.two', '--yes', '--reason', 'a drill'], { answers })
  expect([ran.exit, ran.service.bodies.get('/api/datasets/b.two/adopt')]).toEqual([0, { reason: 'a drill' }])
  const mixed = await runCommand(['adopt', detail.id, 'c', '--yes', '--reason', 'a drill'], { answers })
  expect([mixed.exit, mixed.service.bodies.size]).toEqual([2, 0])
  expect(mixed.stderr).toContain('two decisions')
})
