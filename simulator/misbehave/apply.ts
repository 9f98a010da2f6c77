import type { CommandIo } from '../cli/command-io.ts'
import { hang } from './nap.ts'
import type { Misbehaviour } from './rules.ts'

/** What goes wrong before the command does anything; an exit code when that is all it does. */
export function misbehave(rules: readonly Misbehaviour[], tool: string, io: CommandIo): number | null {
  for (const rule of rules) {
    if (rule.delayMs !== undefined) Bun.sleepSync(rule.delayMs)
    if (rule.hang) hang()
    if (rule.endless) for (;;) io.tell(1, `${'x'.repeat(1023)}\n`)
    if (rule.notFound) {
      io.tell(2, `sh: 1: ${tool}: not found\n`)
      return 127
    }
    if (rule.fail === undefined) continue
    io.tell(2, `${rule.fail}\n`)
    return rule.exitCode ?? 1
  }
  return null
}
