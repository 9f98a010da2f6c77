import type { Config } from '#config/effective.ts'
import type { BookChange, RunRecord, Store } from '#lib/db/types.ts'
import type { Emit, EngineLog } from '#lib/engine/ports.ts'
import type { Engine } from '#lib/engine/types.ts'
import { sleep } from '#lib/host/environment.ts'
import { type Advanced, advance } from '#lib/incidents/advance.ts'
import { acknowledged } from '#lib/incidents/incident.ts'
import { type Draft, tell } from '#lib/incidents/tell.ts'
import type { Book, Case, Incident } from '#lib/incidents/types.ts'
import type { Channel } from '#lib/notify/message.ts'
import type { ChannelConfig } from '#lib/notify/settings.ts'
import { dueNow } from './calendar.ts'
import { lifeNote, repairNote } from './notes.ts'
import { sightsOf } from './observe.ts'
import { Outbox, whyNotSent } from './outbox.ts'
import { RepairsSeen } from './repairs-seen.ts'
import { routed } from './routing.ts'
import { testMessage } from './summary.ts'
import { Unwritten } from './unwritten.ts'

const DAY_MS = 86_400_000
/** How often the clock is looked at: what is due after a minute is told within a quarter of one. */
const TICK_MS = 15_000
/** So long the end waits for channels. */
const LAST_MS = 2000
/** Without news everything is looked at again so often: a warning may have lasted long enough, a silence may have ended. */
const LOOK_MS = 60_000

interface TellerParts {
  readonly engine: Pick<Engine, 'datasets' | 'dataset' | 'hosts' | 'schedulerPause'>
  readonly store: Store
  readonly config: () => Config
  /** What weakens the witness itself, in sentences. */
  readonly warnings: () => Promise<readonly string[]>
  readonly open: (channel: ChannelConfig) => Channel
  readonly calendar: Parameters<typeof dueNow>[0]
  readonly log: EngineLog
  readonly now: () => number
  /** Incidents have begun, changed or ended. */
  readonly changed?: () => void
}

/** What came of a test message. */
export interface Tried {
  readonly channel: string
  readonly type: string
  /** Null: it was taken. */
  readonly error: string | null
}

/**
 * Tells the outside. It looks at what the engine knows, keeps the book of incidents, and writes each message into the database
 * with what it is about, in one transaction; the outbox sends it. No check ever waits for any of this.
 */
export class Teller {
  readonly #parts: TellerParts
  readonly #stopping = new AbortController()
  readonly outbox: Outbox
  readonly #repairs = new RepairsSeen()
  #book: Book = { incidents: new Map(), cases: new Map() }
  #turn: Promise<void> = Promise.resolve()
  #timer: ReturnType<typeof setInterval> | null = null
  #lookedAt = Number.NEGATIVE_INFINITY
  #dirty = true
  /** Something that happened and is no trouble, until it is written. */
  #notes: Draft[] = []
  readonly #unwritten: Unwritten
  readonly #noted = newest()
  /** Why it cannot be found out what is to be told; null: it can. */
  #blind: string | null = null
  /** The same of digest, report and questions. */
  #calendarFailed: string | null = null

  constructor(parts: TellerParts) {
    this.#parts = parts
    this.outbox = new Outbox({ ...parts, stopping: this.#stopping.signal })
    this.#unwritten = new Unwritten({ ...parts, book: () => this.#book, stopping: this.#stopping.signal })
  }

  async start({ timer }: { readonly timer: boolean }): Promise<void> {
    const { store, now } = this.#parts
    this.#book = await store.book(now() - DAY_MS)
    await this.#repairs.load(store, datasetsOf(this.#book))
    await this.outbox.load()
    if (!timer) return
    this.note(lifeNote('witness.started', now()))
    this.#timer = setInterval(() => void this.tick(), TICK_MS)
  }

  /** What is under way comes to its end; what waits is sent after the next start. */
  async stop(): Promise<void> {
    if (this.#timer !== null) {
      clearInterval(this.#timer)
      this.note(lifeNote('witness.stopping', this.#parts.now()))
      await this.tick()
      // Who wants to know that it ends hears it now or after the next start; a channel that is down holds up no end.
      await Promise.race([this.outbox.send(), sleep(LAST_MS)])
    }
    this.#stopping.abort()
    await this.#turn
  }

  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  /** What the engine reports: it is looked at at the next tick. */
  listener(): Partial<Emit> {
    return {
      run: (run) => this.#ran(run),
      control: () => {
        this.#dirty = true
      },
    }
  }

  #ran(run: RunRecord): void {
    if (run.kind === 'REPAIR') this.#noteRepair(run)
    if (run.finishedAt === null) return
    this.#repairs.ended(run)
    this.#dirty = true
  }

  /** Of a repair that begins or succeeds, for channels that list such a thing; that it failed is an incident. */
  #noteRepair(run: RunRecord): void {
    const draft = repairNote(run, this.#parts.engine.dataset(run.datasetId ?? ''))
    if (draft !== null && this.#noted.isNew(`${run.id} ${draft.message.event}`)) this.note(draft)
  }

  /** Another configuration is in force: other channels. */
  async configChanged(): Promise<void> {
    this.#dirty = true
    await this.outbox.load()
  }

  /** To be written and sent with the next tick, to channels that ask for such a thing. */
  note(draft: Draft): void {
    this.#notes = [...this.#notes, draft].slice(-200)
    this.#dirty = true
  }

  book(): Book {
    return this.#book
  }

  /** Sentences about what keeps people from being told. */
  warnings(): readonly string[] {
    return [
      ...this.#unwritten.warnings(),
      ...(this.#blind === null ? [] : [`Nobody is told of anything new: ${this.#blind}`]),
      ...(this.#calendarFailed === null ? [] : [`Digest, report or questions are not sent: ${this.#calendarFailed}`]),
    ]
  }

  /** Looks, writes and sends, one at a time. Never rejects. */
  tick(): Promise<void> {
    const mine = this.#turn.then(() => this.#once())
    this.#turn = mine
    return mine
  }

  async #once(): Promise<void> {
    const { log } = this.#parts
    try {
      await this.#look()
      this.#blind = null
    } catch (error) {
      this.#blind = error instanceof Error ? error.message : String(error)
      log.error(`What is to be told could not be found out: ${this.#blind}`)
    }
    // A channel that hangs for a minute must not keep the book from being written.
    void this.outbox.send()
  }

  async #look(): Promise<void> {
    const { now } = this.#parts
    const at = now()
    const waits = [...this.#book.incidents.values()].some(({ due }) => due !== null && due.at <= at)
    if (!this.#dirty && !waits && at - this.#lookedAt < LOOK_MS && at >= this.#lookedAt) return
    const fresh = this.#dirty
    this.#dirty = false
    this.#lookedAt = at
    try {
      await this.#advance(at, fresh)
    } catch (error) {
      this.#dirty = true
      throw error
    }
  }

  async #advance(at: number, decisions: boolean): Promise<void> {
    const { engine, config, warnings } = this.#parts
    const { notifications } = config()
    const sights = sightsOf({
      datasets: engine.datasets(),
      hosts: engine.hosts(),
      repairs: this.#repairs,
      warnings: [...this.warnings(), ...(await warnings())],
      checksPaused: engine.schedulerPause() !== null || !config().scheduler.enabled,
      channels: this.outbox.health(),
      cases: this.#book.cases,
      config: config(),
      now: at,
    })
    const advanced = advance(this.#book, sights, { warnForMs: notifications.warnForSeconds * 1000 }, at)
    const told = tell(advanced.book, at)
    const notes = this.#notes
    const { drafts, toldFor } = await this.#calendar([...told.book.incidents.values()], at, decisions)
    await this.#save(told.book, {
      ...changesOf(advanced, told),
      drafts: [...told.drafts, ...notes, ...drafts],
      toldFor,
    })
    this.#notes = this.#notes.filter((note) => !notes.includes(note))
  }

  /** A report that cannot be made keeps no incident from being told. */
  async #calendar(incidents: readonly Incident[], at: number, decisions: boolean): ReturnType<typeof dueNow> {
    const { calendar, log } = this.#parts
    try {
      const due = await dueNow(calendar, incidents, { at, decisions })
      this.#calendarFailed = null
      return due
    } catch (error) {
      this.#calendarFailed = error instanceof Error ? error.message : String(error)
      log.error(`Digest, report or questions could not be made: ${this.#calendarFailed}`)
      return { drafts: [], toldFor: [] }
    }
  }

  async #save(
    book: Book,
    { drafts, ...change }: Omit<BookChange, 'messages'> & { readonly drafts: readonly Draft[] },
  ): Promise<void> {
    const { config, now } = this.#parts
    const { notifications, scheduler } = config()
    const at = { now: now(), zone: scheduler.timezone }
    const messages = drafts.flatMap((draft) => routed(draft, notifications.channels, at))
    this.#book = book
    if (change.incidents.length > 0) this.#parts.changed?.()
    await this.#unwritten.write(change, messages)
  }

  /** Somebody knows. Null: there is no such incident that is open. */
  async acknowledge(
    id: string,
    ack: { readonly by: string; readonly until: number | null; readonly reason: string | null } | null,
  ): Promise<Incident | null> {
    let found: Incident | null = null
    const mine = this.#turn.then(async () => {
      const incident = this.#book.incidents.get(id)
      if (incident === undefined || incident.resolvedAt !== null) return
      const next = acknowledged(incident, ack, this.#parts.now())
      await this.#save(
        { ...this.#book, incidents: new Map(this.#book.incidents).set(id, next) },
        { incidents: [next], cases: [], forgotten: [], drafts: [] },
      )
      this.#dirty = true
      // What has become of its state by that is part of the answer; where that fails, the next tick makes up for it.
      await this.#look().catch((error: unknown) =>
        this.#parts.log.error(
          `What was acknowledged could not be looked at: ${error instanceof Error ? error.message : error}`,
        ),
      )
      found = this.#book.incidents.get(id) ?? next
    })
    this.#turn = mine.catch(() => {})
    await mine
    return found
  }

  /** Sends a message to one channel, or to all, now, and says what came of it. */
  async test(by: string, channel: string | null): Promise<readonly Tried[] | null> {
    const { config, open, now } = this.#parts
    const { channels } = config().notifications
    const wanted = channel === null ? channels : channels.filter(({ name }) => name === channel)
    if (channel !== null && wanted.length === 0) return null
    return Promise.all(
      wanted.map(async (each) => {
        const { name, type } = each
        try {
          await open(each).deliver(
            testMessage(by, now()),
            AbortSignal.any([AbortSignal.timeout(30_000), this.#stopping.signal]),
          )
          return { channel: name, type, error: null }
        } catch (error) {
          const message = whyNotSent(error)
          this.#parts.log.warn(`The test of ${name} failed: ${message}`)
          return { channel: name, type, error: message }
        }
      }),
    )
  }
}

/** Remembers the last thousand: a run is reported more than once. */
function newest(): { isNew(key: string): boolean } {
  let known: readonly string[] = []
  return {
    isNew(key) {
      if (known.includes(key)) return false
      known = [...known, key].slice(-1000)
      return true
    },
  }
}

function datasetsOf({ cases }: Book): readonly string[] {
  return [
    ...new Set(
      [...cases.values()]
        .filter(({ kind }) => kind === 'dataset' || kind === 'repair')
        .map(({ subject }) => subject.slice(subject.indexOf(':') + 1)),
    ),
  ]
}

/** What is written is how each of them is at last. */
function changesOf(
  advanced: Advanced,
  told: { readonly changedIncidents: readonly Incident[]; readonly changedCases: readonly Case[] },
): Pick<BookChange, 'incidents' | 'cases' | 'forgotten'> {
  const incidents = new Map([...advanced.changedIncidents, ...told.changedIncidents].map((each) => [each.id, each]))
  const cases = new Map([...advanced.changedCases, ...told.changedCases].map((each) => [each.subject, each]))
  return { incidents: [...incidents.values()], cases: [...cases.values()], forgotten: advanced.forgotten }
}
