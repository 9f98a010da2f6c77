import { shellWord } from '#lib/text/shell.ts'
import { EXIT, type ExitCode, exitOfProblem } from './exit-codes.ts'

/** A command that ends here, with its exit code and what to run next. */
export class Failure extends Error {
  override readonly name: string = 'Failure'
  readonly exit: ExitCode
  /** A command line or a sentence; null where nothing helps. */
  readonly next: string | null
  /** Further lines, for example the faults of a configuration. */
  readonly lines: readonly string[]

  constructor(
    exit: ExitCode,
    message: string,
    more: { readonly next?: string | null; readonly lines?: readonly string[]; readonly cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.exit = exit
    this.next = more.next ?? null
    this.lines = more.lines ?? []
  }
}

/** The command line itself is wrong. */
export class UsageError extends Failure {
  override readonly name = 'UsageError'
  constructor(message: string, next: string | null = null) {
    super(EXIT.USAGE, message, { next })
  }
}

/** The problem document of the service (RFC 9457), as far as a command uses it. */
interface ProblemDocument {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly requestId: string | null
  readonly runId: string | null
  readonly datasetId: string | null
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[]
}

/** The service said no. */
export class Refused extends Failure {
  override readonly name = 'Refused'
  readonly problem: ProblemDocument
  constructor(problem: ProblemDocument) {
    const lines = problem.errors.map(({ pointer, detail }) =>
      problem.code === 'CONFIG_INVALID' || pointer === '' ? detail : `${pointer}: ${detail}`,
    )
    super(exitOfProblem(problem.status, problem.code), problem.detail, {
      next: nextOf(problem),
      // With one fault only, the sentence of the problem is that fault.
      lines: lines.filter((line) => line !== problem.detail),
    })
    this.problem = problem
  }
}

function nextOf({ code, datasetId, runId }: ProblemDocument): string | null {
  const id = datasetId === null ? '<id>' : shellWord(datasetId)
  const run = runId ?? '<run>'
  switch (code) {
    case 'NO_SUCH_DATASET':
      return 'zwitness datasets'
    case 'NO_SUCH_RUN':
    case 'NOT_RUNNING':
      return 'zwitness runs'
    case 'NO_SUCH_FUNCTION':
      return 'zwitness fn list'
    case 'NO_SUCH_PAIR':
    case 'POLICY_FORBIDS':
      return 'zwitness config show'
    case 'ALREADY_RUNNING':
      return `zwitness runs ${run}`
    case 'CONFIRMATION_REQUIRED':
    case 'PLAN_STALE':
    case 'PLAN_EXPIRED':
    case 'HELD':
      return `zwitness preview ${id}`
    case 'PAUSED':
      return `zwitness resume ${id}`
    case 'CONFIG_INVALID':
      return 'zwitness config check'
    case 'NOT_AUTHENTICATED':
      return 'the same with --token or ZWITNESS_TOKEN (zwitness token create NAME makes one), or without --url on the machine of the service'
    case 'SETUP_REQUIRED':
      return 'zwitness user add NAME --role admin, on the machine of the service'
    case 'NO_SUCH_USER':
      return 'zwitness user list'
    case 'NO_SUCH_TOKEN':
      return 'zwitness token list'
    default:
      return null
  }
}

/** An answer with an error status → what the command ends with. `document` is null where the answer was no JSON. */
export function refusedBy(status: number, document: unknown, where: string): Failure {
  const problem = problemOf(status, document)
  if (problem !== null) return new Refused(problem)
  const next =
    status === 401 || status === 403 ? 'zwitness on the machine of the service: its socket needs no password' : null
  return new Failure(exitOfProblem(status, null), `${where} answers ${status}, but not in the words of zwitness.`, {
    next: next ?? 'zwitness healthz, with the same --url',
  })
}

/** Read field by field: a newer service may send more, an older one less. */
function problemOf(status: number, document: unknown): ProblemDocument | null {
  if (!isRecord(document) || typeof document.code !== 'string') return null
  const detail = textOrNull(document.detail) ?? textOrNull(document.title) ?? document.code
  const errors = Array.isArray(document.errors) ? document.errors.filter(isRecord) : []
  return {
    status,
    code: document.code,
    title: textOrNull(document.title) ?? document.code,
    detail,
    requestId: textOrNull(document.requestId),
    runId: textOrNull(document.runId),
    datasetId: textOrNull(document.datasetId),
    errors: errors.map((error) => ({
      pointer: textOrNull(error.pointer) ?? '',
      detail: textOrNull(error.detail) ?? textOrNull(error.code) ?? '',
    })),
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
