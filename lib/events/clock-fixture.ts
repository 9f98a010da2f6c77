import type { Clock } from './types.ts'

/** A clock that only moves when told to; calls that fall due on the way are made in their order. */
export function fakeClock(startAt = 1_000_000): Clock & { advance(ms: number): void; waiting(): number } {
  let now = startAt
  const timers = new Set<{ readonly at: number; readonly call: () => void }>()
  return {
    now: () => now,
    after(ms, call) {
      const timer = { at: now + ms, call }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    waiting: () => timers.size,
    advance(ms) {
      const end = now + ms
      for (;;) {
        const due = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]
        if (!due) break
        timers.delete(due)
        now = due.at
        due.call()
      }
      now = end
    },
  }
}
