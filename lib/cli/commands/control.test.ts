import { describe, expect, test } from 'bun:test'
import { summary } from '../testing/answers.ts'
import { runCommand } from '../testing/command-line.ts'
import { PAUSE_OF_SAN } from '../testing/service.ts'

describe('what a person says about a dataset', () => {
  test.each([
    [
      ['pause', 'x', '--for', '4h', '--reason', 'swap'],
      'POST /api/datasets/x/pause',
      { seconds: 14_400, reason: 'swap' },
      'is paused until 2026-11-22T18:00:00Z; checks go on.',
    ],
    [['pause', 'x'], 'POST /api/datasets/x/pause', {}, 'is paused'],
    [['pause', 'x', '--until', '06:00'], 'POST /api/datasets/x/pause', { until: '06:00' }, 'is paused'],
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

describe('of many, or planned ahead', () => {
  test.each([
    [
      ['pause', '--host', 'hqs7', '--until', '06:00', '--reason', 'disk swap'],
      { kind: 'PAUSE', scope: { hosts: ['hqs7'] }, until: '06:00', reason: 'disk swap' },
    ],
    [['ack', '--host', 'a,b'], { kind: 'ACK', scope: { hosts: ['a', 'b'] } }],
    [['pause', '--pair', 'p', '--for', '1h'], { kind: 'PAUSE', scope: { pair: 'p' }, seconds: 3600 }],
    [['pause', 'x', 'y'], { kind: 'PAUSE', scope: { datasets: ['x', 'y'] } }],
    [
      ['pause', 'x', '--from', 'Sat 20:00', '--until', '06:00'],
      { kind: 'PAUSE', scope: { datasets: ['x'] }, from: 'Sat 20:00', until: '06:00' },
    ],
    [['pause', '--all'], { kind: 'PAUSE', scope: { all: true } }],
    [['pause', '--scheduler'], { kind: 'PAUSE', scope: { scheduler: true } }],
  ])('%p', async (line, body) => {
    const ran = await runCommand(line)
    expect([ran.exit, ran.service.calls]).toEqual([0, ['POST /api/maintenance']])
    expect(ran.service.bodies.get('/api/maintenance')).toEqual(body)
    expect(ran.stdout).toBe('SAN hqs7 is paused until 2026-11-23T05:00:00Z by anna: disk swap (maintenance 7).\n')
  })

  test.each([
    [['pause'], 'Say what is meant'],
    [['resume'], 'Say what is meant'],
    [['pause', 'x', '--all'], 'Give one of them'],
    [['pause', '--host', 'a', '--pair', 'b'], 'Give one of them'],
    [['pause', 'x', '--until', '06:00', '--for', '2h'], 'not both'],
    [['ack', '--scheduler'], 'no option --scheduler'],
  ])('%p asks nothing of the service', async (line, words) => {
    const ran = await runCommand(line)
    expect([ran.exit, ran.service.calls, ran.stderr.includes(words)]).toEqual([2, [], true])
  })

  test('is ended by the same words, or by its id', async () => {
    for (const line of [
      ['resume', '--host', 'hqs7'],
      ['maintenance', 'end', '7'],
    ]) {
      const ran = await runCommand(line)
      expect([ran.exit, ran.service.calls.at(-1)]).toEqual([0, 'DELETE /api/maintenance/7'])
      expect(ran.stdout).toBe('SAN hqs7 is no longer paused (maintenance 7, ended by local).\n')
    }
  })

  test.each([[['resume', '--all']], [['resume', '--host', 'hqs7,hqs1']], [['ack', '--host', 'hqs7', '--clear']]])(
    '%p: there is none of that, which ends nothing',
    async (line) => {
      const ran = await runCommand(line)
      expect([ran.exit, ran.service.calls]).toEqual([3, ['GET /api/maintenance']])
    },
  )

  test('is listed', async () => {
    const { stdout } = await runCommand(['maintenance', '--past'])
    expect(stdout).toMatchSnapshot()
    expect((await runCommand(['maintenance', '--plain'])).stdout.split('\n')[0]?.split('\t')).toHaveLength(12)
    const json = JSON.parse((await runCommand(['maintenance', '--json'])).stdout)
    expect([json.schema, json.items.length]).toEqual(['maintenances/1', 2])
  })
})

describe('resume, of a dataset that is paused with others', () => {
  const paused = {
    by: 'anna',
    at: '2026-11-22T14:00:00Z',
    until: null,
    reason: null,
    origin: 'MAINTENANCE',
    maintenance: { id: '7', about: 'SAN hqs7' },
  }
  const ok = (body: unknown) => ({ status: 200, body })

  test('says that it still is, and what ends that: 4', async () => {
    const ran = await runCommand(['resume', 'x'], {
      answers: { 'POST /api/datasets/x/resume': ok({ ...summary, paused }) },
    })
    expect([ran.exit, ran.service.calls]).toEqual([4, ['POST /api/datasets/x/resume', 'GET /api/maintenance']])
    expect(ran.stdout).toContain('is still paused with SAN hqs7, by anna: zwitness maintenance end 7 ends that')
  })

  test('ends a selection of none but those that are named', async () => {
    const chosen = { ...PAUSE_OF_SAN, scope: { kind: 'DATASETS', names: ['x', 'y'] }, about: '2 chosen datasets' }
    const ran = await runCommand(['resume', 'x', 'y'], {
      answers: {
        'POST /api/datasets/x/resume': ok({ ...summary, paused }),
        'GET /api/maintenance': ok({ items: [chosen] }),
      },
    })
    expect([ran.exit, ran.service.calls]).toEqual([
      0,
      [
        'POST /api/datasets/x/resume',
        'POST /api/datasets/y/resume',
        'GET /api/maintenance',
        'DELETE /api/maintenance/7',
        'GET /api/datasets/x',
        'GET /api/datasets/y',
      ],
    ])
  })

  test('in the configuration: nothing here ends that', async () => {
    const configured = { ...paused, by: null, at: null, origin: 'CONFIG', maintenance: null }
    const ran = await runCommand(['resume', 'x'], {
      answers: { 'POST /api/datasets/x/resume': ok({ ...summary, paused: configured }) },
    })
    expect([ran.exit, ran.stdout.includes('is still paused in the configuration')]).toEqual([4, true])
  })
})
