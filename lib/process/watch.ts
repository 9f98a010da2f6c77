/** Why something that runs is ended before its own end. */
export type EndReason = 'timeout' | 'silence' | 'cancelled'

export interface Limits {
  /** In all. */
  readonly timeoutMs?: number
  /** Without a sign of life. */
  readonly silenceMs?: number
  readonly signal?: AbortSignal
}

export interface Watch {
  /** Something was heard. */
  alive(): void
  stop(): void
}

/** Calls `onEnd` once, at the first limit that is reached. */
export function watch(limits: Limits, onEnd: (reason: EndReason) => void): Watch {
  let stopped = false
  let lastHeard = performance.now()
  let silence: ReturnType<typeof setTimeout> | undefined
  const cancel = (): void => finish('cancelled')
  const total = limits.timeoutMs === undefined ? undefined : setTimeout(finish, limits.timeoutMs, 'timeout')
  listenFor(limits.silenceMs)
  limits.signal?.addEventListener('abort', cancel, { once: true })
  if (limits.signal?.aborted) queueMicrotask(cancel)

  function listenFor(ms: number | undefined): void {
    if (ms === undefined) return
    silence = setTimeout(() => {
      const quietFor = performance.now() - lastHeard
      const limit = limits.silenceMs ?? 0
      // One timer per silence, not one per chunk: it is set anew for what is left.
      if (quietFor >= limit) finish('silence')
      else listenFor(Math.max(1, limit - quietFor))
    }, ms)
  }

  function stop(): void {
    clearTimeout(total)
    clearTimeout(silence)
    limits.signal?.removeEventListener('abort', cancel)
    stopped = true
  }

  function finish(reason: EndReason): void {
    if (stopped) return
    stop()
    onEnd(reason)
  }

  return {
    alive() {
      lastHeard = performance.now()
    },
    stop,
  }
}
