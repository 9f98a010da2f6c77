import { etagOf } from '#lib/runtime/reply.ts'

/**
 * A tag of what matters in an answer. Its own clock (`asOf`, an uptime) is left out by the caller, or no poll would
 * ever find it unchanged; hence weak: the bytes may differ.
 */
export function weakTag(content: unknown): string {
  return `W/${etagOf(JSON.stringify(content))}`
}
