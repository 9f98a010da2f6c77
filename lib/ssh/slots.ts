/** A counted permission, handed out in the order it was asked for. */
export interface Slots {
  /** Waits for a free slot; the result gives it back (once). Rejects with the signal's reason when that comes first. */
  take(signal?: AbortSignal): Promise<() => void>
}

export function createSlots(count: number): Slots {
  let free = Math.max(1, count)
  const waiting: (() => void)[] = []

  function release(): void {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
  }

  function once(): () => void {
    let given = true
    return () => {
      if (given) release()
      given = false
    }
  }

  return {
    take(signal) {
      if (signal?.aborted) return Promise.reject(signal.reason)
      if (free > 0) {
        free -= 1
        return Promise.resolve(once())
      }
      return new Promise((resolve, reject) => {
        const grant = (): void => {
          signal?.removeEventListener('abort', leave)
          resolve(once())
        }
        const leave = (): void => {
          waiting.splice(waiting.indexOf(grant), 1)
          reject(signal?.reason)
        }
        waiting.push(grant)
        signal?.addEventListener('abort', leave, { once: true })
      })
    },
  }
}

/** One slot of each, taken in this order: a login through a jump host is a handshake there too. */
export const chainSlots = (all: readonly Slots[]): Slots => ({
  async take(signal) {
    const taken: (() => void)[] = []
    const release = (): void => {
      for (const giveBack of taken) giveBack()
    }
    try {
      for (const slots of all) taken.push(await slots.take(signal))
      return release
    } catch (error) {
      release()
      throw error
    }
  },
})
