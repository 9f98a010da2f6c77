import type { Actor } from './actor.ts'
import type { Trigger } from './context.ts'

export type InvocationState = 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'CANCELLED' | 'SKIPPED'

export interface InvocationRecord {
  readonly functionName: string
  readonly trigger: Trigger
  readonly actor: Actor
  readonly requestId: string
  readonly startedAt: Date
  /** Validated; of a skipped one as it came. */
  readonly input: unknown
}

export interface InvocationEnd {
  readonly state: InvocationState
  readonly endedAt: Date
  readonly durationMs: number
  readonly output?: unknown
  /** For people with access to the log; may name internals. */
  readonly error?: string
}

/** Last known invocation of a function, as lists show it. */
export interface InvocationSummary {
  readonly id: string
  readonly functionName: string
  readonly trigger: Trigger
  readonly startedAt: Date
  /** Null while it runs. */
  readonly end: InvocationEnd | null
}

/** Where invocations are written down. */
export interface InvocationStore {
  /** @returns the invocation's id */
  begin(record: InvocationRecord): Promise<string>
  end(id: string, outcome: InvocationEnd): Promise<void>
  /** The newest of each function, read once at the start. */
  latest?(): Promise<readonly InvocationSummary[]>
}

/** Keeps only the newest of each function; for tests and for a product without a database. */
export function memoryStore(): InvocationStore & {
  readonly all: readonly (InvocationRecord & { end?: InvocationEnd })[]
} {
  const all: (InvocationRecord & { end?: InvocationEnd })[] = []
  return {
    all,
    begin: async (record) => String(all.push({ ...record })),
    end: async (id, outcome) => {
      const record = all[Number(id) - 1]
      if (!record) throw new Error(`There is no invocation ${id}.`)
      record.end = outcome
    },
  }
}
