import { describe, expect, test } from 'bun:test'
import { runCommand } from '../testing/command-line.ts'
import { problem } from '../testing/service.ts'

describe('check', () => {
  test('looks at what is named, or at all, in one run that starts nothing', async () => {
    const some = await runCommand(['check', 'a', 'b', '--reason', 'why'])
    expect(some.service.bodies.get('/api/run')).toEqual({ datasetIds: ['a', 'b'], mode: 'CHECK', reason: 'why' })
    for (const line of [['check'], ['check', '--all']]) {
      expect((await runCommand(line)).service.bodies.get('/api/run')).toEqual({ mode: 'CHECK' })
    }
  })

  test('names beside --all do not say which', async () => {
    const ran = await runCommand(['check', 'a', '--all'])
    expect([ran.exit, ran.service.calls]).toEqual([2, []])
  })
})

describe('run', () => {
  test('asks for all, or for a pair', async () => {
    expect((await runCommand(['run'])).service.bodies.get('/api/run')).toEqual({})
    expect((await runCommand(['run', '--pair', 'A → B'])).service.bodies.get('/api/run')).toEqual({ pair: 'A → B' })
    expect((await runCommand(['run', '--all', '--pair', 'A'])).exit).toBe(2)
  })

  test('one that is under way is named', async () => {
    const answers = { 'POST /api/run': problem(409, 'ALREADY_RUNNING', 'Run 1842 looks already.', { runId: '1842' }) }
    const ran = await runCommand(['run'], { answers })
    expect([ran.exit, ran.stderr]).toEqual([6, 'zwitness: Run 1842 looks already.\nNext: zwitness runs 1842\n'])
  })

  test('--json is the run', async () => {
    const ran = await runCommand(['run', '--wait', '--json'])
    expect(JSON.parse(ran.stdout)).toMatchObject({ schema: 'run/1', id: '1843', result: 'SUCCEEDED' })
  })
})

test('cancel asks for the end of a run, and --wait sees it', async () => {
  const ran = await runCommand(['cancel', '1843', '--wait'])
  expect(ran.service.calls).toEqual(['POST /api/runs/1843/cancel', 'GET /api/runs/1843'])
  expect([ran.exit, ran.stdout.includes('CANCELLED')]).toEqual([0, true])
})

describe('runs', () => {
  test('is a table, newest first', async () => {
    const ran = await runCommand([
      'runs',
      '--kind',
      'repair',
      '--result',
      'no-change',
      '--dataset',
      'x',
      '--limit',
      '2',
    ])
    expect(ran.service.calls).toEqual(['GET /api/runs?kind=REPAIR&result=NO_CHANGE&datasetId=x&limit=2'])
    expect(ran.stdout).toMatchSnapshot()
  })

  test('one of them with its steps', async () => {
    const ran = await runCommand(['runs', '1843'])
    expect(ran.exit).toBe(0)
    expect(ran.stdout).toContain('Run 1843  REPAIR  hqs10-hqs7.L1S4DAT1  SUCCEEDED')
    expect((await runCommand(['runs', '7'])).exit).toBe(3)
  })
})
