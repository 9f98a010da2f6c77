import { expect, test } from 'bun:test'
import type { BatchResult, LegOutcome, Ssh, TransferOutcome } from '#lib/ssh/types.ts'
import { runCommand } from './short-commands.ts'
import { transfer } from './transfer.ts'

/** Colours, a title for the terminal, a line from right to left, and more than is ever shown. */
const HOSTILE = `${'x'.repeat(9000)}\n\u001B[31mred\u001B[0m \u0007\u202Eback\nlast line\n`

function unfit(text: string): boolean {
  return text.length > 4096 || /(?!\n)[\p{Cc}\p{Cf}]/u.test(text)
}

test('what a command of a repair said is kept without controls, and its end', async () => {
  const result = { id: 'command', exitCode: 1, stdout: '', stderr: HOSTILE }
  const batch: BatchResult = { host: 'h', fault: null, durationMs: 1, results: new Map([['command', result]]) }
  const ssh = { batch: async () => batch } as unknown as Ssh
  const { fault } = await runCommand(ssh, { host: 'h', argv: ['zfs', 'rename', 'a', 'b'] }, { timeoutMs: 1 } as never)
  expect(unfit(fault?.stderrTail ?? '\u0000')).toBe(false)
  expect(fault?.stderrTail).toEndWith('red back\nlast line')
})

test('the same of a transfer', async () => {
  const leg = (host: string): LegOutcome =>
    ({ host, exitCode: 1, stderr: HOSTILE, fault: null }) as unknown as LegOutcome
  const outcome = {
    ended: 'stalled',
    bytes: 0,
    durationMs: 1,
    source: leg('a'),
    sink: leg('b'),
    blame: 'sink',
  } as unknown as TransferOutcome
  const ssh = { transfer: async () => outcome } as unknown as Ssh
  const request = { source: {}, sink: {}, bandwidthLimit: null, stallMs: 60_000 } as unknown as Parameters<
    typeof transfer
  >[1]
  const { fault } = await transfer(ssh, request)
  expect(unfit(fault?.stderrTail ?? '\u0000')).toBe(false)
  expect(fault?.stderrTail).toEndWith('last line')
})
