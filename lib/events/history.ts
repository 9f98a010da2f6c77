import type { HubEvent } from './types.ts'

/** The last events, for clients that come back. */
export interface History {
  add(event: HubEvent): void
  /** Everything after that number, or null where something of it is no longer known. */
  after(number: number): readonly HubEvent[] | null
}

export function createHistory(size: number): History {
  const events: HubEvent[] = []
  let lastForgotten = 0
  return {
    add(event) {
      // Replaying progress would only show old news, and log lines are read again from the store: both would push out what counts.
      if (event.type === 'progress' || event.type === 'log') return
      events.push(event)
      if (events.length > size) lastForgotten = events.shift()?.number ?? lastForgotten
    },
    after(number) {
      return number < lastForgotten ? null : events.filter((event) => event.number > number)
    },
  }
}
