/** What subscribers are sent. `object` stands for the API's own document of that name, sent as it is. */
export interface EventData {
  /** The small counts part of the status document. */
  readonly status: object
  /** A changed dataset summary. */
  readonly dataset: object
  /** A run whose state changed. */
  readonly run: { readonly id: string; readonly state: string }
  readonly progress: {
    readonly runId: string
    readonly datasetId: string | null
    readonly bytesDone: number
    readonly bytesTotal: number | null
    readonly rate: number | null
    readonly etaSeconds: number | null
  }
  readonly log: { readonly runId: string | number | null }
  readonly config: { readonly inSync: boolean; readonly loadedAt: string; readonly error: string | null }
  /** Reachability or pools of a host. */
  readonly host: object
}
export type Topic = keyof EventData

export type ByeReason = 'shutdown' | 'max-age' | 'not-allowed' | 'displaced'

/** An event as it is queued and sent. */
export interface HubEvent {
  readonly type: Topic | 'resync' | 'bye'
  /** Rising within a process; the id on the wire is `<bootId>-<number>`. */
  readonly number: number
  /** JSON text, made once for all clients. */
  readonly data: string
  /** Of `log` and `progress`: whose. */
  readonly runId: string | null
}

/** Time as events need it; tests bring their own. */
export interface Clock {
  /** Epoch ms. */
  now(): number
  /** Calls once after `ms`; the answer takes it back. */
  after(ms: number, call: () => void): () => void
}

export const systemClock: Clock = {
  now: Date.now,
  after(ms, call) {
    const timer = setTimeout(call, ms)
    // An open event stream must not keep a process alive that has ended its work.
    timer.unref()
    return () => clearTimeout(timer)
  },
}
