import { networkOf } from '#lib/auth/networks.ts'
import { type Counted, MinuteTally, type MinuteTallyOptions } from '#lib/logs/minute-tally.ts'
import type { ComponentLog } from '#lib/logs/types.ts'
import { callerKey } from '#lib/runtime/actor.ts'
import type { RequestSummary } from '#lib/runtime/around.ts'

/** Characters of an address that someone made up. */
const LONGEST_PATH = 200
/** Strangers: addresses that are named a minute. */
const ADDRESSES = 20
/** Refused requests of one person or token that are lines of their own each minute. */
const REFUSED_A_MINUTE = 20
const PEOPLE = 200
/** Errors of ours, with their stacks, a minute: whoever finds one can cause it as often as they like. */
const ERRORS_A_MINUTE = 20

interface RequestLogParts {
  /** Of people who have signed in, tokens and the socket. */
  readonly people: ComponentLog
  /** Of everyone else; never the database. */
  readonly strangers: ComponentLog
  readonly errors: ComponentLog
  /** Whose request it is; behind a proxy of ours not the socket's peer. */
  readonly addressOf: (summary: RequestSummary) => string | null
  readonly after?: MinuteTallyOptions['after']
}

interface RequestLog {
  request(summary: RequestSummary): void
  error(error: unknown, where: Readonly<Record<string, unknown>>): void
  /** Writes what is counted by now. */
  close(): void
}

/**
 * What is logged of requests: everything that was refused or may have written something. Whoever asks, there is a most
 * of it a minute; above that it is counted. Of a stranger one line per address (IPv6: per /64) and minute.
 */
export function requestLog({ people, strangers, errors, addressOf, after }: RequestLogParts): RequestLog {
  const moreOf =
    (log: ComponentLog, others: string) =>
    (key: string | null, { count, kinds }: Counted) =>
      log.info(`${key ?? others}: ${count} more ${count === 1 ? 'request' : 'requests'} within a minute (${kinds}).`)
  const ofStrangers = new MinuteTally({
    first: 1,
    keys: ADDRESSES,
    tell: moreOf(strangers, `Addresses beyond the ${ADDRESSES} that are named`),
    after,
  })
  const ofPeople = new MinuteTally({
    first: REFUSED_A_MINUTE,
    keys: PEOPLE,
    tell: moreOf(people, `People beyond ${PEOPLE}`),
    after,
  })
  const ofErrors = new MinuteTally({
    first: ERRORS_A_MINUTE,
    keys: 1,
    tell: (_, { count }) => errors.error(`${count} more errors like these within a minute; their stacks are left out.`),
    after,
  })

  return {
    request(summary) {
      const { method, route, path, status, actor, requestId } = summary
      if (method === 'GET' && status < 400) return
      const address = addressOf(summary)
      const stranger = actor === null || actor.role === 'none'
      const what = `${method.slice(0, 20)} ${route ?? 'no such address'} ${status}`
      const own = { requestId, actor: actor?.name ?? null, address, durationMs: Math.round(summary.durationMs) }
      const line = path === route ? own : { ...own, path: path.slice(0, LONGEST_PATH) }
      if (stranger) {
        if (ofStrangers.passes(networkOf(address), String(status))) strangers.info(what, line)
      } else if (status < 400 || ofPeople.passes(callerKey(actor), String(status)))
        people[status >= 500 ? 'error' : 'info'](what, line)
    },
    error(error, where) {
      if (!ofErrors.passes('', 'error')) return
      const { path, ...rest } = where
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      errors.error(text, typeof path === 'string' ? { ...rest, path: path.slice(0, LONGEST_PATH) } : where)
    },
    close() {
      for (const tally of [ofStrangers, ofPeople, ofErrors]) tally.close()
    },
  }
}
