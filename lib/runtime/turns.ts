/**
 * One request begins in each turn of the event loop. Bun runs the handler of a new connection while it accepts, and accepts
 * as long as somebody connects: clients that come again as soon as they are answered would keep timers, open connections
 * and the SANs' answers waiting for as long as they like (measured: eight of them, all the time). So nobody is answered
 * before everybody has been accepted.
 */
export function createTurns(): () => Promise<void> {
  const waiting: (() => void)[] = []
  let isDue = false

  function next(): void {
    const begin = waiting.shift()
    isDue = begin !== undefined
    if (begin === undefined) return
    setImmediate(next)
    begin()
  }

  return () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.push(resolve)
    if (!isDue) setImmediate(next)
    isDue = true
    return promise
  }
}
