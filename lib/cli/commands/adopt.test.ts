import { expect, test } from 'bun:test'
import { runCommand } from '../testing/run-command.ts'

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
