import type { RunView } from './answers.ts'

/** What a command ends with. The numbers are a promise to scripts: none changes its meaning. */
export const EXIT = {
  /** Done, nothing to do, healthy. */
  DONE: 0,
  FAILED: 1,
  USAGE: 2,
  NOT_FOUND: 3,
  /** Problems exist, or a plan is available but was not run. */
  ATTENTION: 4,
  /** Confirmation needed, or refused by policy. */
  REFUSED: 5,
  /** Already running, plan stale. */
  CONFLICT: 6,
  /** Service unreachable, not ready, or the data directory is another's. */
  NO_SERVICE: 7,
  /** Authentication or role. */
  DENIED: 8,
  CONFIG: 9,
  /** A SAN is busy or unreachable: try later (EX_TEMPFAIL). */
  LATER: 75,
  INTERRUPTED: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const BY_CODE: Readonly<Record<string, ExitCode>> = {
  NO_SUCH_DATASET: EXIT.NOT_FOUND,
  NO_SUCH_RUN: EXIT.NOT_FOUND,
  NO_SUCH_PAIR: EXIT.NOT_FOUND,
  NO_SUCH_FUNCTION: EXIT.NOT_FOUND,
  NO_SUCH_HOST: EXIT.NOT_FOUND,
  NOTHING_TO_DO: EXIT.DONE,
  CONFIRMATION_REQUIRED: EXIT.REFUSED,
  POLICY_FORBIDS: EXIT.REFUSED,
  PAUSED: EXIT.REFUSED,
  LAST_ADMIN: EXIT.REFUSED,
  IN_CONFIG: EXIT.REFUSED,
  HELD: EXIT.REFUSED,
  ALREADY_RUNNING: EXIT.CONFLICT,
  NOT_RUNNING: EXIT.CONFLICT,
  PLAN_STALE: EXIT.CONFLICT,
  PLAN_EXPIRED: EXIT.CONFLICT,
  BUSY_EXTERNAL: EXIT.LATER,
  RATE_LIMITED: EXIT.LATER,
  NOT_LISTED: EXIT.LATER,
  BAD_HOST: EXIT.DENIED,
  CONFIG_INVALID: EXIT.CONFIG,
  INTERNAL: EXIT.FAILED,
}

const BY_STATUS: Readonly<Record<number, ExitCode>> = {
  400: EXIT.USAGE,
  401: EXIT.DENIED,
  403: EXIT.DENIED,
  404: EXIT.NOT_FOUND,
  405: EXIT.USAGE,
  407: EXIT.DENIED,
  409: EXIT.CONFLICT,
  413: EXIT.USAGE,
  415: EXIT.USAGE,
  421: EXIT.DENIED,
  422: EXIT.USAGE,
  429: EXIT.LATER,
  502: EXIT.NO_SERVICE,
  503: EXIT.NO_SERVICE,
  504: EXIT.NO_SERVICE,
}

/** A refusal of the API. A code of a newer service that is not known here falls back to its status. */
export function exitOfProblem(status: number, code: string | null): ExitCode {
  const known = code !== null && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined
  return known ?? BY_STATUS[status] ?? EXIT.FAILED
}

/** Faults of the way to a SAN, and a SAN that is busy: the same call may succeed later by itself. */
const PASSING: ReadonlySet<string> = new Set([
  'dns',
  'unreachable',
  'refused',
  'timeout',
  'throttled',
  'lost',
  'link-died',
  'busy',
])

/** Why a plan or a run is held back that time alone may lift. */
const PASSING_RULES: ReadonlySet<string> = new Set([
  'HOST_UNREACHABLE',
  'WITNESS_ISOLATED',
  'UNKNOWN_STATE',
  'BUSY',
  'BUSY_EXTERNAL',
  'WAITING_FOR_WINDOW',
  'BACKING_OFF',
])

/** How a run ended. Only for a run that has ended. */
export function exitOfRun(run: Pick<RunView, 'result' | 'error' | 'decisions'>): ExitCode {
  switch (run.result) {
    case 'SUCCEEDED':
    case 'SUCCEEDED_WITH_WARNINGS':
    case 'NO_CHANGE':
      // A check that could not read a side did its work, but whoever waited for it knows no more than before.
      return run.decisions.some(({ rule }) => rule === 'STATUS_UNKNOWN') ? EXIT.LATER : EXIT.DONE
    case 'BLOCKED':
      return exitOfRule(run.decisions.map(({ rule }) => rule))
    case 'FAILED':
      return run.error !== null && PASSING.has(run.error.kind) ? EXIT.LATER : EXIT.FAILED
    default:
      return EXIT.FAILED
  }
}

function exitOfRule(rules: readonly string[]): ExitCode {
  if (rules.includes('PLAN_STALE')) return EXIT.CONFLICT
  return rules.some((rule) => PASSING_RULES.has(rule)) ? EXIT.LATER : EXIT.REFUSED
}

/** What a preview found: nothing to do, a plan to run, or a plan that is held back. */
export function exitOfPlan(plan: {
  readonly kind: string
  readonly blocked: { readonly code: string } | null
}): ExitCode {
  if (plan.kind === 'NOTHING') return EXIT.DONE
  if (plan.blocked !== null) return exitOfRule([plan.blocked.code])
  return plan.kind === 'IMPOSSIBLE' ? EXIT.REFUSED : EXIT.ATTENTION
}

/** The worse of several ends: a lasting failure weighs more than a passing one, anything more than "done". */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  return ORDER.find((code) => codes.includes(code)) ?? EXIT.DONE
}

const ORDER: readonly ExitCode[] = [
  EXIT.INTERRUPTED,
  EXIT.FAILED,
  EXIT.CONFIG,
  EXIT.DENIED,
  EXIT.NO_SERVICE,
  EXIT.USAGE,
  EXIT.NOT_FOUND,
  EXIT.REFUSED,
  EXIT.CONFLICT,
  EXIT.LATER,
  EXIT.ATTENTION,
]
