import type { CommandIo } from '../words/command-io.ts'
import { Failure } from '../words/fail.ts'
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

const longNap = 250

/** What stands in the way of a stream's bytes: throttle, stall, cut, garbled byte. */
export class Hindrance {
  private readonly rules: readonly Misbehaviour[]
  /** Each throttle with the moment (ms) at which it took hold. */
  private readonly throttles: { readonly rate: number; readonly after: number; since: number }[]
  private passed = 0

  constructor(rules: readonly Misbehaviour[]) {
    this.rules = rules
    const since = performance.now()
    this.throttles = rules.flatMap(({ bytesPerSecond, throttleAfterBytes }) =>
      bytesPerSecond === undefined ? [] : [{ rate: bytesPerSecond, after: throttleAfterBytes ?? 0, since }],
    )
  }

  /** Lets a piece pass, later, changed or not at all. */
  pass(piece: Uint8Array): void {
    const from = this.passed
    this.passed += piece.length
    for (const rule of this.rules) {
      if (rule.garbleByte !== undefined && rule.garbleByte >= from && rule.garbleByte < this.passed) {
        const at = rule.garbleByte - from
        piece[at] = (piece[at] ?? 0) ^ 0xff
      }
      if (rule.stallAfterBytes !== undefined && this.passed > rule.stallAfterBytes) hang()
      if (rule.exitAfterBytes !== undefined && this.passed > rule.exitAfterBytes) {
        throw new Failure(rule.message ?? '', rule.exitCode ?? 1)
      }
    }
    for (const throttle of this.throttles) this.wait(throttle, from)
  }

  private wait(throttle: Hindrance['throttles'][number], from: number): void {
    if (this.passed <= throttle.after) return
    if (from <= throttle.after && throttle.after > 0) throttle.since = performance.now()
    const due = throttle.since + ((this.passed - throttle.after) / throttle.rate) * 1000
    for (let left = due - performance.now(); left > 0; left = due - performance.now())
      Bun.sleepSync(Math.min(left, longNap))
  }
}

/** A hang ends at last, so that a test that forgets one leaves no process for ever. */
const longestHangMs = 15 * 60_000

/** Does nothing for so long that every time-out is over. */
function hang(): never {
  Bun.sleepSync(longestHangMs)
  process.exit(1)
}
