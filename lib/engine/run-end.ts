import type { StepFault } from './ports.ts'
import type { RunEnd } from './run-writer.ts'

/** Ends of a repair that more than one place needs. */
export function blocked(code: string, message: string): RunEnd {
  return { state: 'BLOCKED', outcome: message, decisions: [{ rule: code, count: 1, message }] }
}

export function withWarnings(outcome: string, warnings: readonly string[]): RunEnd {
  return {
    state: 'SUCCEEDED_WITH_WARNINGS',
    outcome: `${outcome} ${warnings.join(' ')}`,
    decisions: warnings.map((message) => ({ rule: 'WARNING', count: 1, message })),
  }
}

export function failed(fault: StepFault, step: number | null, tries: number): RunEnd {
  const again = tries > 1 ? ` It was tried ${tries} times.` : ''
  return {
    state: 'FAILED',
    outcome: `${fault.message}${again}`,
    error: {
      kind: fault.kind,
      message: fault.message,
      step,
      host: fault.host,
      stderrTail: fault.stderrTail,
      retryable: fault.retryable,
    },
  }
}

/** Of a fault that is no failure; null: it is one. */
export function endOf({ kind, message }: StepFault): RunEnd | null {
  if (kind === 'not-as-confirmed') return blocked('PLAN_STALE', message)
  if (kind === 'window-ended') return { state: 'INTERRUPTED', outcome: message }
  return kind === 'low-space' ? blocked('LOW_SPACE', message) : null
}
