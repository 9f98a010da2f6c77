import { describe, expect, test } from 'bun:test'
import { runCommand } from '../testing/command-line.ts'

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
