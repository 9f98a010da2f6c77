import { createHash } from 'node:crypto'
import { reason, worstFirst } from '#lib/replication/sentences/reasons.ts'
import type { Inventory, LookFault, Mapping } from '#lib/replication/types/inventory.ts'
import type { Reason } from '#lib/replication/types/reason.ts'
import type { Verdict } from '#lib/replication/types/verdict.ts'
import { wordsFor } from '#lib/replication/words.ts'
import { cleanLine } from '#lib/text/clean.ts'
import type { EngineDeps } from './ports.ts'

/** The wait for an answer was given up: the check was cancelled, or came to its own limit. It says nothing of a SAN. */
export class CutOff extends Error {
  override readonly name = 'CutOff'

  constructor() {
    super('The check was stopped before it had its answer.')
  }
}

/** What is shown of an error's own words; the log has all of it. */
const SHOWN = 300
/** The log keeps a line for weeks; a fault that lasts is written again so often. */
const AGAIN_MS = 24 * 3600_000
const REMEMBERED = 2000

/**
 * Faults of the witness itself, each at one dataset or host: a name that no command takes, an answer that no parser
 * foresaw, a defect. Everything that is done for one dataset is done inside of such a boundary, so that one of them never
 * ends the check of the others.
 */
export class InternalFaults {
  readonly #deps: Pick<EngineDeps, 'log' | 'now'>
  readonly #logged = new Map<string, number>()

  constructor(deps: Pick<EngineDeps, 'log' | 'now'>) {
    this.#deps = deps
  }

  /**
   * The fault as the judge knows it, under a number. The same fault at the same place has the same number, so that it is
   * written once, with its stack, and found again.
   * @param doing what failed, as the beginning of a sentence: `Comparing both sides`
   */
  of(about: { readonly datasetId?: string; readonly host: string }, doing: string, error: unknown): LookFault {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
    const words = cleanLine(message, SHOWN)
    const place = stack?.split('\n').find((line) => /^\s+at /.test(line)) ?? ''
    const number = numberOf([about.datasetId ?? '', about.host, doing, name, words, place])
    const now = this.#deps.now()
    const loggedAt = this.#logged.get(number)
    if (loggedAt === undefined || Math.abs(now - loggedAt) > AGAIN_MS) {
      if (this.#logged.size >= REMEMBERED) this.#logged.clear()
      this.#logged.set(number, now)
      this.#deps.log.error(`Fault ${number}: ${doing} failed: ${stack ?? message}`, { ...about, fault: number })
    }
    const said = `${doing} failed (${words === '' ? name : words})`
    return { host: about.host, kind: 'internal', reason: 'INTERNAL', message: said, retryable: true, number }
  }
}

/** Eight digits. */
function numberOf(parts: readonly string[]): string {
  const hash = createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12)
  return String(Number.parseInt(hash, 16) % 1e8).padStart(8, '0')
}

/** An inventory in which nothing counts as read, because of this. */
export function unread(inventory: Inventory, fault: LookFault): Inventory {
  const { mapping, readAt } = inventory
  return { ...nothingRead(mapping, readAt), primary: { state: 'unknown', fault }, backup: { state: 'unknown', fault } }
}

export function nothingRead(mapping: Mapping, readAt: number): Inventory {
  const fault: LookFault = {
    host: mapping.primary.host,
    kind: 'cancelled',
    reason: 'NOT_CHECKED',
    message: 'the check was stopped before it was read',
    retryable: true,
  }
  return {
    mapping,
    primary: { state: 'unknown', fault },
    backup: { state: 'unknown', fault },
    primaryPool: null,
    backupPool: null,
    primarySkewSeconds: null,
    backupSkewSeconds: null,
    writtenSinceBase: null,
    token: null,
    readAt,
  }
}

/** A verdict that stands, with what failed after it: what was BROKEN stays so, the rest is not known well enough. */
export function withInternal(verdict: Verdict, mapping: Mapping, timezone: string, fault: LookFault): Verdict {
  const internal = reasonOf(mapping, timezone, fault, verdict.lastLookAt, verdict.health)
  const others = verdict.reasons.filter(({ code, severity }) => code !== 'INTERNAL' && severity !== 'HEALTHY')
  const reasons = worstFirst([internal, ...others])
  const health = verdict.health === 'BROKEN' ? 'BROKEN' : 'UNKNOWN'
  return { ...verdict, health, reason: reasons[0] ?? internal, reasons }
}

function reasonOf(
  mapping: Mapping,
  timezone: string,
  { number, message }: LookFault,
  lastLookAt: number | null,
  lastHealth: string | null,
): Reason {
  return reason(wordsFor(mapping, timezone), 'INTERNAL', { number: number ?? '0', message, lastLookAt, lastHealth })
}

/**
 * Does something for all of them in one go; where that fails, for halves of them and so down to the one at which it
 * fails, which alone is given up. The results are in the order of the items.
 */
export async function apart<T, R>(
  items: readonly T[],
  work: (some: readonly T[]) => Promise<readonly R[]>,
  giveUp: (item: T, error: unknown) => R,
): Promise<readonly R[]> {
  if (items.length === 0) return []
  try {
    return await work(items)
  } catch (error) {
    const [only] = items
    if (items.length === 1 && only !== undefined) return [giveUp(only, error)]
    const middle = items.length >> 1
    const first = await apart(items.slice(0, middle), work, giveUp)
    return [...first, ...(await apart(items.slice(middle), work, giveUp))]
  }
}

/** @throws CutOff where the signal fires first, or has fired: an answer that came with it is half of one. */
export async function answered<T>(answer: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return answer
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
  const onAbort = () => stop()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    if (signal.aborted) stop()
    // An answer that is no longer waited for may still fail, and would then be an unhandled rejection.
    answer.catch(() => {})
    const result = await Promise.race([answer, stopped])
    if (signal.aborted) throw new CutOff()
    return result as T
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

export const CUT = Symbol('given up')

/** What was answered, or CUT where the wait for it was given up. */
export async function orCut<T>(answer: Promise<T>): Promise<T | typeof CUT> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof CutOff) return CUT
    throw error
  }
}
