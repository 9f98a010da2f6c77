import { describe, expect, test } from 'bun:test'
import { ended, run } from './testing/answers.ts'
import { runCommand } from './testing/command-line.ts'
import { problem } from './testing/service.ts'

const REPAIR = ['repair', 'x', '--yes', '--wait']
const failed = { ...ended, state: 'FAILED' as const, result: 'FAILED' as const }

describe('--wait', () => {
  test('polls from a quarter of a second up to one, until the run has ended', async () => {
    const pauses: number[] = []
    const ran = await runCommand(REPAIR, {
      runs: [run, run, run, run, run, run, ended],
      onSleep: (_, __, ms) => pauses.push(ms),
    })
    expect(ran.exit).toBe(0)
    expect(pauses).toEqual([250, 375, 562.5, 843.75, 1000, 1000])
    expect(ran.stdout).toContain('Run 1843  REPAIR  hqs10-hqs7.L1S4DAT1  SUCCEEDED')
  })

  test('ends with what the run came to', async () => {
    const error = {
      kind: 'unreachable',
      message: 'hqs7 is off.',
      step: 1,
      host: 'hqs7',
      stderrTail: 'a\u001b[2Jb',
      retryable: true,
    }
    const ran = await runCommand(REPAIR, { runs: [{ ...failed, error, outcome: 'hqs7 is off.' }] })
    expect(ran.exit).toBe(75)
    expect(ran.stdout).toContain('unreachable (hqs7, step 1)')
    expect(ran.stdout).toContain('stderr: ab')
  })

  test('without it only the run is told, and where to look', async () => {
    const ran = await runCommand(['repair', 'x', '--yes'])
    expect(ran.exit).toBe(0)
    expect(ran.stderr).toContain('zwitness runs 1843 shows it')
    expect(ran.service.calls.some((call) => call === 'GET /api/runs/1843')).toBe(false)
  })

  test('gives up with 75 when --timeout is over; the run goes on', async () => {
    const ran = await runCommand([...REPAIR, '--timeout', '5s'], { runs: [run] })
    expect(ran.exit).toBe(75)
    expect(ran.stderr).toContain('It goes on: zwitness runs 1843')
    expect(ran.service.calls).not.toContain('POST /api/runs/1843/cancel')
  })

  test('outlasts a service that restarts', async () => {
    let looks = 0
    const away = () => {
      looks += 1
      return looks < 4 ? problem(503, 'SHUTTING_DOWN', 'It stops.') : { status: 200, body: ended }
    }
    const ran = await runCommand(REPAIR, { answers: { 'GET /api/runs/1843': away } })
    expect({ exit: ran.exit, looks }).toEqual({ exit: 0, looks: 4 })
  })

  test('but not for ever', async () => {
    const ran = await runCommand(REPAIR, { answers: { 'GET /api/runs/1843': problem(503, 'NOT_READY', 'No.') } })
    expect(ran.exit).toBe(7)
  })
})

describe('Ctrl-C', () => {
  test('once stops watching and says which run goes on', async () => {
    const ran = await runCommand(REPAIR, { runs: [run], onSleep: (io, count) => count === 1 && io.interrupt() })
    expect(ran.exit).toBe(130)
    expect(ran.stderr).toContain('Run 1843 goes on. Ctrl-C again within 2 s cancels it')
    expect(ran.service.calls).not.toContain('POST /api/runs/1843/cancel')
  })

  test('twice cancels the run and waits for its end', async () => {
    const ran = await runCommand(REPAIR, { runs: [run], onSleep: (io, count) => count <= 2 && io.interrupt() })
    expect(ran.exit).toBe(130)
    expect(ran.service.calls).toContain('POST /api/runs/1843/cancel')
    expect(ran.stdout).toContain('CANCELLED')
  })
})

describe('progress', () => {
  test('is a bar on a terminal, and is gone at the end', async () => {
    const ran = await runCommand(REPAIR, { tty: true, runs: [run, ended], env: { NO_COLOR: '1' } })
    expect(ran.stderr).toContain('\r\u001b[KRepair 1843  [██████████░░░░░░░░░░]  50 %  transferring')
    expect(ran.stderr).toContain('106 GiB of ~213 GiB  98 MiB/s  18 min 30 s left')
    expect(ran.stderr.endsWith('\r\u001b[K')).toBe(true)
  })

  test('is a line every ten seconds elsewhere', async () => {
    const ran = await runCommand(REPAIR, { runs: [...Array<typeof run>(25).fill(run), ended] })
    const lines = ran.stderr.split('\n').filter((line) => line.startsWith('Repair 1843'))
    expect(lines.length).toBe(2)
    expect(ran.stderr).not.toContain('\r')
  })

  test('is nothing with --quiet', async () => {
    const ran = await runCommand([...REPAIR, '-q'], { tty: true, runs: [run, run, ended] })
    expect(ran.stderr).toBe('')
  })
})
