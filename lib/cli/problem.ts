import { exitOfProblem } from './exit-codes.ts'
import { Failure, type ProblemDocument, Refused } from './failure.ts'

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
