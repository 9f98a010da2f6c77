import { describe, expect, test } from 'bun:test'
import { runCommand } from '../testing/command-line.ts'

describe('logs', () => {
  test('newest at the bottom', async () => {
    const ran = await runCommand(['logs', '--run', '1843', '--level', 'warn'])
    expect(ran.stdout.split('\n').map((line) => line.slice(0, 46))).toEqual([
      '2026-11-22T13:00:01.000Z WARN  engine: first (',
      '2026-11-22T13:00:02.000Z WARN  engine: second ',
      '',
    ])
    expect(ran.service.calls[0]).toContain('runId=1843&level=WARN')
  })

  test('-f goes on after the last one, each once, until Ctrl-C', async () => {
    const ran = await runCommand(['logs', '-f', '--json'], { onSleep: (io, count) => count === 3 && io.interrupt() })
    expect(ran.exit).toBe(130)
    const lines = ran.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ schema, message }) => [schema, message])).toEqual([
      ['log/1', 'first'],
      ['log/1', 'second'],
      ['log/1', 'third'],
    ])
  })
})
