import { connection, watch } from './live.ts'

const PAUSE_MS = 5_000
const MOST = 3

/**
 * Tells a screen reader what has become of datasets: only changes, at most once in five seconds, summed up when there
 * are many. `say` puts the text into a polite live region.
 */
export function announceChanges(say: (text: string) => void): () => void {
  const known = new Map<string, string>()
  let waiting: string[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  const flush = (): void => {
    timer = undefined
    if (waiting.length === 0 || connection.value === 'offline') return
    say(waiting.length > MOST ? `${waiting.length} datasets have changed their state.` : waiting.join(' '))
    waiting = []
    timer = setTimeout(flush, PAUSE_MS)
  }
  const end = watch({
    dataset({ id, name, status }) {
      const before = known.get(id)
      known.set(id, status)
      if (before === undefined || before === status) return
      waiting.push(`${name} is now ${status.toLowerCase()}.`)
      timer ??= setTimeout(flush, 500)
    },
  })
  return () => {
    clearTimeout(timer)
    end()
  }
}
