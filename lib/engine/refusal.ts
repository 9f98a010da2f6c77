export type RefusalCode =
  | 'NO_SUCH_DATASET'
  | 'NO_SUCH_RUN'
  | 'NO_SUCH_PAIR'
  | 'NO_SUCH_HOST'
  | 'NO_SUCH_MAINTENANCE'
  | 'TOO_MANY'
  | 'ALREADY_RUNNING'
  | 'NOT_RUNNING'
  | 'CONFIRMATION_REQUIRED'
  | 'PLAN_STALE'
  | 'PLAN_EXPIRED'
  | 'PAUSED'
  | 'POLICY_FORBIDS'
  | 'BUSY_EXTERNAL'
  | 'HELD'
  | 'NOTHING_TO_DO'
  | 'SHUTTING_DOWN'

/** The engine says no, with a code that every surface shows the same and a sentence that says what to do instead. */
export class Refusal extends Error {
  readonly code: RefusalCode
  /** The run in the way, for ALREADY_RUNNING. */
  readonly runId: number | null
  readonly datasetId: string | null

  constructor(code: RefusalCode, message: string, more: { runId?: number; datasetId?: string } = {}) {
    super(message)
    this.name = 'Refusal'
    this.code = code
    this.runId = more.runId ?? null
    this.datasetId = more.datasetId ?? null
  }
}

/** Of an id that no mapping has. */
export function noSuchDataset(id: string): Refusal {
  const message = `There is no dataset ${JSON.stringify(id)}; GET /api/datasets or \`zwitness datasets\` lists them.`
  return new Refusal('NO_SUCH_DATASET', message, { datasetId: id })
}
