/** One thing that was looked at before a repair: a tick, or a reason with its cure. */
export interface Check {
  readonly id: CheckId
  /** `warning` goes on; `failed` blocks the plan; `unknown` could not be looked at and does not block. */
  readonly state: 'ok' | 'warning' | 'failed' | 'unknown'
  readonly sentence: string
  readonly cure: string | null
}
export type CheckId =
  | 'space'
  | 'quota'
  | 'rights'
  | 'holds'
  | 'clones'
  | 'names'
  | 'key'
  | 'pool'
  | 'receive'
  | 'readonly'
  | 'mounted'
  | 'lineage'
  | 'properties'
