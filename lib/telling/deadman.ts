import type { RunRecord } from '#lib/db/types.ts'
import type { Emit, EngineLog } from '#lib/engine/ports.ts'
import type { DatasetView } from '#lib/engine/types.ts'
import type { PingConfig } from '#lib/notify/settings.ts'
import { counted } from '#lib/text/words.ts'

/** One call of a dead man's switch; it never rejects. `failed`: why it was not taken, null: it was. */
type Ping = (
  config: PingConfig,
  said: {
    readonly phase: 'start' | 'success' | 'fail'
    readonly rid: string
    readonly body: string
    readonly seconds: number | null
  },
  tries: { readonly signal: AbortSignal },
) => Promise<{ readonly failed: string | null }>

interface Parts {
  readonly pings: () => readonly PingConfig[]
  readonly ping: Ping
  readonly datasets: () => readonly DatasetView[]
  readonly log: EngineLog
  readonly now: () => number
  readonly stopping: AbortSignal
}

/** What came of the newest call of one switch. */
export interface Pinged {
  readonly kind: PingConfig['kind']
  readonly by: PingConfig['by']
  /** Epoch ms of the newest that was taken; null: none in this process. */
  readonly pingedAt: number | null
  readonly error: string | null
}

/**
 * Calls the services that raise an alarm when they are no longer called: at the beginning and at the end of each check of
 * everything. A check never waits for them.
 */
export class Deadman {
  readonly #parts: Parts
  /** By address, which is a secret and stays in here. */
  readonly #last = new Map<string, { pingedAt: number | null; error: string | null }>()
  readonly #started = new Set<number>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  state(): readonly Pinged[] {
    return this.#parts
      .pings()
      .map(({ url, kind, by }) => ({ kind, by, pingedAt: null, error: null, ...this.#last.get(url) }))
  }

  listener(): Partial<Emit> {
    return { run: (run) => this.#ran(run) }
  }

  #ran(run: RunRecord): void {
    if ((run.kind !== 'SCAN' && run.kind !== 'CHECK') || run.scope.kind !== 'all') return
    const rid = ridOf(run)
    if (run.finishedAt === null) {
      if (run.state !== 'RUNNING' || this.#started.has(run.id)) return
      this.#started.add(run.id)
      this.#call(() => ({ phase: 'start', rid, body: '', seconds: null }))
      return
    }
    this.#started.delete(run.id)
    const seconds = run.startedAt === null ? null : (run.finishedAt - run.startedAt) / 1000
    const completed = run.state === 'SUCCEEDED' || run.state === 'SUCCEEDED_WITH_WARNINGS'
    const broken = this.#parts
      .datasets()
      .filter(({ dataset, verdict }) => !dataset.retired && verdict.health === 'BROKEN')
    const lines = broken.map(({ dataset, verdict }) => `BROKEN ${dataset.id}: ${verdict.reason.message}`)
    const body = [run.outcome ?? run.state, ...lines].join('\n')
    this.#call(({ by }) => ({
      phase: completed && (by === 'check' || broken.length === 0) ? 'success' : 'fail',
      rid,
      body,
      seconds,
    }))
  }

  #call(callOf: (config: PingConfig) => Parameters<Ping>[1]): void {
    const { pings, ping, log, now, stopping } = this.#parts
    for (const config of pings()) {
      void ping(config, callOf(config), { signal: stopping }).then(({ failed: error }) => {
        const before = this.#last.get(config.url)
        this.#last.set(config.url, { pingedAt: error === null ? now() : (before?.pingedAt ?? null), error })
        if (error !== null) log.warn(`The dead man's switch (${config.kind}) did not take a ping: ${error}`)
      })
    }
  }

  /** Of those whose newest ping was not taken. */
  warnings(): readonly string[] {
    const failing = this.state().flatMap(({ error }) => error ?? [])
    const [first] = failing
    if (first === undefined) return []
    return [
      `${counted(failing.length, "dead man's switch", "dead man's switches")} did not take the newest ping: ${first}`,
    ]
  }
}

/** The same in every call of one run: the service puts beginning and end together by it. */
function ridOf({ id, queuedAt }: RunRecord): string {
  const hex = (value: number, digits: number): string =>
    Math.trunc(value).toString(16).padStart(digits, '0').slice(-digits)
  const at = hex(queuedAt, 12)
  return `${at.slice(0, 8)}-${at.slice(8)}-7000-8000-${hex(Math.abs(id), 12)}`
}
