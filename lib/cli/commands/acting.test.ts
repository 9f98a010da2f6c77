import { describe, expect, test } from 'bun:test'
import { preview } from '../testing/answers.ts'
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

describe('repair', () => {
  const RUN = '/api/datasets/x/run'
  const planned = (more: Partial<typeof preview>) => ({
    answers: { 'POST /api/datasets/x/preview': { status: 200, body: { ...preview, ...more } } },
  })
  const destroying = planned({
    confirm: 'hqs7p1/L1S4DAT1',
    plan: {
      ...preview.plan,
      destroys: [{ kind: 'SNAPSHOT', name: 'own', guid: '9', createdAt: '2026-11-01T00:00:00Z', usedBytes: null }],
    },
  })

  test('what was shown is what runs', async () => {
    const ran = await runCommand(['repair', 'x', '--yes', '--reason', 'swap'])
    expect(ran.exit).toBe(0)
    expect(ran.stderr).toContain('zfs send -I @2026-10-27')
    expect(ran.service.bodies.get(RUN)).toEqual({ mode: 'REPAIR', planId: '7c1e', reason: 'swap' })
  })

  test('a person is asked, and what about', async () => {
    const yes = await runCommand(['repair', 'x', '-q'], { tty: true, typed: ['y'] })
    expect([yes.exit, yes.io.questions]).toEqual([0, ['Run this plan for x? [y/N] ']])
    expect(yes.stderr).toContain('zfs send -I @2026-10-27')
    for (const answer of ['', 'n', 'yeah', null]) {
      const no = await runCommand(['repair', 'x'], { tty: true, typed: [answer] })
      expect([no.exit, no.service.bodies.has(RUN)]).toEqual([5, false])
    }
  })

  test('where nobody can be asked the flag is named', async () => {
    const ran = await runCommand(['repair', 'x'])
    expect([ran.exit, ran.service.bodies.has(RUN)]).toEqual([5, false])
    expect(ran.stderr).toContain('--yes')
  })

  test('--plan runs that plan without another preview', async () => {
    const ran = await runCommand(['repair', 'x', '--plan', 'abcd'])
    expect(ran.service.calls).toEqual([`POST ${RUN}`])
    expect(ran.service.bodies.get(RUN)).toEqual({ mode: 'REPAIR', planId: 'abcd' })
  })

  test('--yes is not enough to destroy: the name must be typed in full', async () => {
    const wrong = [
      await runCommand(['repair', 'x', '--yes'], destroying),
      await runCommand(['repair', 'x', '--yes', '--confirm', 'L1S4DAT1'], destroying),
      await runCommand(['repair', 'x'], { ...destroying, tty: true, typed: ['y'] }),
    ]
    expect(wrong.map(({ exit, service }) => [exit, service.bodies.has(RUN)])).toEqual([
      [5, false],
      [5, false],
      [5, false],
    ])
    expect(wrong[0]?.stderr).toContain('--confirm hqs7p1/L1S4DAT1')
    const right = [
      await runCommand(['repair', 'x', '--confirm', 'hqs7p1/L1S4DAT1'], destroying),
      await runCommand(['repair', 'x'], { ...destroying, tty: true, typed: ['hqs7p1/L1S4DAT1'] }),
    ]
    for (const { service } of right)
      expect(service.bodies.get(RUN)).toEqual({ mode: 'REPAIR', planId: '7c1e', confirm: 'hqs7p1/L1S4DAT1' })
  })

  test('a plan that destroys without a name to type never runs', async () => {
    const strange = planned({
      confirm: null,
      plan: { ...preview.plan, destroys: [{ kind: 'SNAPSHOT', name: 'o', guid: '9', createdAt: '', usedBytes: null }] },
    })
    const ran = await runCommand(['repair', 'x', '--yes'], strange)
    expect([ran.exit, ran.service.bodies.has(RUN)]).toEqual([5, false])
  })

  test('nothing to do is fine, held back is not', async () => {
    const nothing = planned({ plan: { ...preview.plan, kind: 'NOTHING', steps: [], outcome: 'Nothing is missing.' } })
    const fine = await runCommand(['repair', 'x', '--yes'], nothing)
    expect([fine.exit, fine.stderr]).toEqual([0, 'Nothing is missing.\n'])
    const blocked = { code: 'POLICY_FORBIDS', because: 'dry_run is true.', cure: 'Set it to false.' }
    const held = await runCommand(['repair', 'x', '--yes'], planned({ plan: { ...preview.plan, blocked } }))
    expect([held.exit, held.stderr]).toEqual([
      5,
      'zwitness: dry_run is true. Set it to false.\nNext: zwitness show x\n',
    ])
  })

  test('SANs that changed in between are 6, and nothing was done', async () => {
    const answers = { [`POST ${RUN}`]: problem(409, 'PLAN_STALE', 'hqs7 has a new snapshot.', { datasetId: 'x' }) }
    const ran = await runCommand(['repair', 'x', '--yes'], { answers })
    expect(ran.exit).toBe(6)
    expect(ran.stderr).toContain('Next: zwitness preview x')
  })
})

test('cancel asks for the end of a run, and --wait sees it', async () => {
  const ran = await runCommand(['cancel', '1843', '--wait'])
  expect(ran.service.calls).toEqual(['POST /api/runs/1843/cancel', 'GET /api/runs/1843'])
  expect([ran.exit, ran.stdout.includes('CANCELLED')]).toEqual([0, true])
})

describe('what a person says about a dataset', () => {
  test.each([
    [
      ['pause', 'x', '--for', '4h', '--reason', 'swap'],
      'POST /api/datasets/x/pause',
      { seconds: 14_400, reason: 'swap' },
      'is paused until 2026-11-22T18:00:00Z; checks go on.',
    ],
    [['pause', 'x'], 'POST /api/datasets/x/pause', {}, 'is paused'],
    [['resume', 'x'], 'POST /api/datasets/x/resume', {}, 'is no longer paused.'],
    [['ack', 'x', '--for', '2d'], 'POST /api/datasets/x/ack', { seconds: 172_800 }, 'is acknowledged.'],
    [['ack', 'x', '--clear'], 'DELETE /api/datasets/x/ack', undefined, 'is no longer acknowledged.'],
  ])('%p', async (line, call, body, sentence) => {
    const ran = await runCommand(line)
    expect([ran.exit, ran.service.calls, ran.stdout.includes(sentence)]).toEqual([0, [call], true])
    expect(ran.service.bodies.get(call.split(' ')[1] ?? '')).toEqual(body)
  })

  test('a length of time that is none asks nothing of the service', async () => {
    const ran = await runCommand(['pause', 'x', '--for', 'soon'])
    expect([ran.exit, ran.service.calls]).toEqual([2, []])
  })
})

describe('functions', () => {
  test('are listed with what they take', async () => {
    expect((await runCommand(['fn', 'list'])).stdout).toMatchSnapshot()
  })

  test('take their input as the schema says', async () => {
    const ran = await runCommand(['fn', 'run', 'check-lag', '-i', 'limit=3', '-i', 'tag=a', '-i', 'tag=b', '--json'])
    expect(ran.service.bodies.get('/api/functions/check-lag')).toEqual({ limit: 3, tag: ['a', 'b'] })
    expect(JSON.parse(ran.stdout)).toEqual({ schema: 'function-output/1', name: 'check-lag', output: { checked: 3 } })
  })

  test('an unknown one is 3, with what was meant', async () => {
    const ran = await runCommand(['fn', 'run', 'check-lg'])
    expect([ran.exit, ran.stderr.split('\n')[0]]).toEqual([
      3,
      'zwitness: There is no function check-lg. Did you mean check-lag?',
    ])
  })
})
