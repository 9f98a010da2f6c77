import type { RunView } from '#lib/api/run.ts'

export type RunLine = Pick<
  RunView,
  | 'id'
  | 'kind'
  | 'state'
  | 'trigger'
  | 'datasetId'
  | 'queuedAt'
  | 'startedAt'
  | 'finishedAt'
  | 'durationSeconds'
  | 'bytes'
  | 'outcome'
  | 'reason'
  | 'scope'
>

/** Only what is shown: it travels in the page. */
export function runLineOf(run: RunLine): RunLine {
  const { id, kind, state, trigger, datasetId, queuedAt, startedAt, finishedAt, durationSeconds, bytes, outcome } = run
  const { reason, scope } = run
  return {
    id,
    kind,
    state,
    trigger,
    datasetId,
    queuedAt,
    startedAt,
    finishedAt,
    durationSeconds,
    bytes,
    outcome,
    reason,
    scope,
  }
}

export type FoldedRun =
  | { readonly kind: 'run'; readonly run: RunLine }
  /** Checks of the schedule, one after the other, that found nothing to do. Newest first. */
  | { readonly kind: 'clean'; readonly runs: readonly [RunLine, RunLine, ...RunLine[]] }

/** Runs in their order, with what is the same over and over again as one. */
export function foldRuns(runs: readonly RunLine[]): readonly FoldedRun[] {
  const folded: FoldedRun[] = []
  let clean: RunLine[] = []
  const flush = (): void => {
    const [first, second, ...others] = clean
    if (first !== undefined && second !== undefined) folded.push({ kind: 'clean', runs: [first, second, ...others] })
    else if (first !== undefined) folded.push({ kind: 'run', run: first })
    clean = []
  }
  for (const run of runs) {
    if (isClean(run)) {
      clean.push(run)
      continue
    }
    flush()
    folded.push({ kind: 'run', run })
  }
  flush()
  return folded
}

function isClean({ kind, state, trigger, bytes }: RunLine): boolean {
  const looked = kind === 'SCAN' || kind === 'CHECK'
  return looked && trigger.type === 'SCHEDULE' && (state === 'SUCCEEDED' || state === 'NO_CHANGE') && bytes === 0
}
