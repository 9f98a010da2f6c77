import { Failure } from '../cli/fail.ts'
import { hang } from './nap.ts'
import type { Misbehaviour } from './rules.ts'

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
