import { Failure } from '../cli/fail.ts'
import { hang } from './nap.ts'
import type { Misbehaviour } from './rules.ts'

const longNap = 250

/** What stands in the way of a stream's bytes: throttle, stall, cut, garbled byte. */
export class Hindrance {
  private readonly rules: readonly Misbehaviour[]
  private readonly rate: number
  private readonly beganAt = performance.now()
  private passed = 0

  constructor(rules: readonly Misbehaviour[]) {
    this.rules = rules
    this.rate = Math.min(Number.POSITIVE_INFINITY, ...rules.flatMap((one) => one.bytesPerSecond ?? []))
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
    const due = this.beganAt + (this.passed / this.rate) * 1000
    for (let left = due - performance.now(); left > 0; left = due - performance.now())
      Bun.sleepSync(Math.min(left, longNap))
  }
}
