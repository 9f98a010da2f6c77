import { signal } from '@preact/signals'
import { usePage } from './page-facts.ts'

/** The moment that relative times are counted from, moved on by one timer in the browser; null: when the page was made. */
export const shownNow = signal<number | null>(null)
/** The zone a person chose in the footer; null: the configured one. */
export const shownZone = signal<string | null>(null)

/** Epoch milliseconds. */
export function useNow(): number {
  return shownNow.value ?? usePage().now
}

export function useZone(): string {
  return shownZone.value ?? usePage().zone
}
