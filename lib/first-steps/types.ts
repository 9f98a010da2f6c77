/** One thing that a new witness needs before its first check. */
export interface FirstStep {
  readonly id: 'DATA' | 'CONFIG' | 'KEY' | 'HOST_KEYS' | 'RIGHTS' | 'CHECK' | 'DECISIONS'
  readonly title: string
  /** LATER: it needs a step before it. UNKNOWN: nobody has looked yet. */
  readonly state: 'DONE' | 'OPEN' | 'LATER' | 'UNKNOWN'
  readonly message: string
  /** To type on the witness, in this order. */
  readonly commands: readonly string[]
  /** To be put somewhere else: the line of the public key. */
  readonly copy: string | null
}

/** What was found of each. Times are epoch milliseconds. */
export interface FirstFacts {
  readonly data: { readonly good: boolean; readonly message: string }
  readonly config: {
    readonly file: string
    /** `waiting`: on disk, sound, and not loaded yet. */
    readonly state: 'missing' | 'faulty' | 'waiting' | 'loaded'
    readonly datasets: number
  }
  readonly key: {
    readonly file: string
    /** The line for authorized_keys; null where there is no usable key. */
    readonly line: string | null
    readonly message: string
  }
  readonly hosts: readonly { readonly id: string; readonly pinned: boolean }[]
  /** Of the last doctor of this process that looked at every host; null: none has. */
  readonly rights: {
    readonly at: number
    readonly lacking: readonly string[]
    readonly unread: readonly string[]
  } | null
  /** Datasets whose repair waits for nothing but a person's word. */
  readonly decisions: number
  /** End of the last scan that looked at a dataset. */
  readonly checkedAt: number | null
}
