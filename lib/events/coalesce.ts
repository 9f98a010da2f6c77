import type { Clock } from './clock.ts'

export interface Coalescer<T> {
  /** The first value of a key is emitted at once, then at most one an interval: the newest. */
  offer(key: string, value: T): void
  /** Emits what waits for this key now, so that nothing later overtakes it. */
  flush(key: string): void
  stop(): void
}

interface Pending<T> {
  readonly cancel: () => void
  value: T | undefined
}

export function createCoalescer<T extends object>(
  clock: Clock,
  intervalMs: number,
  emit: (value: T) => void,
): Coalescer<T> {
  const pending = new Map<string, Pending<T>>()

  function pause(key: string): void {
    const cancel = clock.after(intervalMs, () => elapsed(key))
    pending.set(key, { cancel, value: undefined })
  }
  function elapsed(key: string): void {
    const value = pending.get(key)?.value
    // A key that had nothing more to say is forgotten: runs come and go.
    pending.delete(key)
    if (value === undefined) return
    pause(key)
    emit(value)
  }

  return {
    offer(key, value) {
      const waiting = pending.get(key)
      if (waiting) {
        waiting.value = value
        return
      }
      pause(key)
      emit(value)
    },
    flush(key) {
      const waiting = pending.get(key)
      if (waiting?.value === undefined) return
      const { value } = waiting
      waiting.value = undefined
      emit(value)
    },
    stop() {
      for (const { cancel } of pending.values()) cancel()
      pending.clear()
    },
  }
}
