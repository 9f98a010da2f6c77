/**
 * Readings of the same thing, one after the other: of two at once the older answer may come last, and would stay.
 * Asked again while one is under way, it reads once more afterwards, so the last answer began after the last question.
 */
export function oneAtATime(read: () => Promise<void>): () => Promise<void> {
  let underWay: Promise<void> | null = null
  let again = false
  const readAll = async (): Promise<void> => {
    try {
      do {
        again = false
        await read()
      } while (again)
    } finally {
      // In the same turn as the last look at `again`: whoever asks from now on begins a reading of their own.
      underWay = null
    }
  }
  return () => {
    if (underWay !== null) {
      again = true
      return underWay
    }
    underWay = readAll()
    return underWay
  }
}

/** Reads `pauseMs` after it is asked, once for whatever asks until then. `end` takes back what still waits. */
export function soon(read: () => Promise<void>, pauseMs: number): { ask(): void; end(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    ask() {
      timer ??= setTimeout(() => {
        timer = undefined
        void read()
      }, pauseMs)
    },
    end: () => clearTimeout(timer),
  }
}
