/** What other rooms count and know: given at composition, asked at each scrape. What is left out has no metric. */
export interface MetricSources {
  /** Messages since the process began, by channel and what came of them; a channel without any with its zeros. */
  readonly notifications?: () => readonly {
    readonly channel: string
    /** One of a fixed list, such as `sent` and `failed`. */
    readonly result: string
    readonly count: number
  }[]
  /** Epoch ms of the last ping that was taken; null: none yet. */
  readonly lastDeadmanPingAt?: () => number | null
  /** Epoch ms of the last copy of the database; null: there is none. */
  readonly lastBackupAt?: () => number | null
}
