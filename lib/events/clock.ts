/** Time as events need it; tests bring their own. */
export interface Clock {
  /** Epoch ms. */
  now(): number
  /** Calls once after `ms`; the answer takes it back. */
  after(ms: number, call: () => void): () => void
}

export const systemClock: Clock = {
  now: Date.now,
  after(ms, call) {
    const timer = setTimeout(call, ms)
    // An open event stream must not keep a process alive that has ended its work.
    timer.unref()
    return () => clearTimeout(timer)
  },
}
