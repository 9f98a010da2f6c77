import type { Message } from '#lib/notify/message.ts'
import { advance } from './advance.ts'
import { tell } from './tell.ts'
import type { Book, Incident, SeenDataset, Sight, Silence, Trouble } from './types.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
/** 2026-11-02T00:00:00Z. */
export const START = Date.UTC(2026, 10, 2)

const EMPTY: Book = { incidents: new Map(), cases: new Map() }

/** What one dataset, or one host, looks like at one moment; in order unless something is said. */
export interface Looks {
  readonly code?: string
  readonly severity?: Trouble['severity']
  readonly cause?: string
  readonly silence?: Silence | null
  /** It could not be looked at. */
  readonly unseen?: boolean
  readonly repaired?: SeenDataset['repaired']
  readonly repair?: SeenDataset['repair']
  readonly delaySeconds?: number
}

export function dataset(id: string, at: number, looks: Looks = {}): Sight {
  const { code, silence = null, unseen = false, repaired = null, repair = null, delaySeconds = null } = looks
  const severity = looks.severity ?? 'critical'
  const seen: SeenDataset = {
    id,
    name: id,
    pair: 'one',
    primary: { host: 'hqs10', dataset: `hqs10p1/${id}` },
    backup: { host: 'hqs7', dataset: `hqs7p1/${id}` },
    delaySeconds,
    behindBytes: null,
    repair,
    repaired,
  }
  const cause = looks.cause ?? `dataset:${id}`
  const trouble = code === undefined ? null : { cause, severity, code, message: `${id} is ${code}.`, action: null }
  return {
    subject: `dataset:${id}`,
    kind: 'dataset',
    name: id,
    host: 'hqs7',
    lookedAt: unseen ? null : at,
    trouble,
    datasets: [seen],
    silence,
  }
}

export function host(id: string, at: number, of: readonly Sight[], looks: Looks = {}): Sight {
  const { code, severity = 'warning', silence = null, unseen = false } = looks
  const trouble =
    code === undefined ? null : { cause: `host:${id}`, severity, code, message: `${id} does not answer.`, action: null }
  return {
    subject: `host:${id}`,
    kind: 'host',
    name: id,
    host: id,
    lookedAt: unseen ? null : at,
    trouble,
    datasets: of.flatMap(({ datasets }) => datasets),
    silence,
  }
}

/** The book of a witness that looks and tells, minute by minute, on a clock of its own. */
export class Clock {
  book: Book = EMPTY
  now = START
  readonly messages: Message[] = []
  #ids = 0

  /** Every minute until the moment, with what is seen at each. A look is every `lookMinutes`; between two nothing is counted. */
  run(minutes: number, seen: (now: number, lookedAt: number) => readonly Sight[], lookMinutes = 5): void {
    for (let minute = 0; minute < minutes; minute++) {
      const lookedAt = Math.floor(this.now / (lookMinutes * MINUTE)) * lookMinutes * MINUTE
      this.step(seen(this.now, lookedAt))
      this.now += MINUTE
    }
  }

  step(sights: readonly Sight[]): void {
    const id = (): string => `id-${this.#ids++}`
    const advanced = advance(this.book, sights, { warnForMs: 30 * MINUTE }, this.now, id)
    const told = tell(advanced.book, this.now, id)
    // As the database gives it back.
    this.book = {
      incidents: new Map([...told.book.incidents].map(([key, each]) => [key, structuredClone(each)])),
      cases: new Map([...told.book.cases].map(([key, each]) => [key, structuredClone(each)])),
    }
    this.messages.push(...told.drafts.map(({ message }) => message))
  }

  get titles(): readonly string[] {
    return this.messages.map(({ title }) => title)
  }

  /** Those of messages since the last time it was asked. */
  #read = 0
  news(): readonly string[] {
    const fresh = this.titles.slice(this.#read)
    this.#read = this.messages.length
    return fresh
  }

  open(): readonly Incident[] {
    return [...this.book.incidents.values()].filter(({ resolvedAt }) => resolvedAt === null)
  }
}
