import type { z } from 'zod'
import { type InputFault, Problem } from './problem.ts'

export type Validated =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly errors: InputFault[] }

/** A definition without `input` takes none: it receives `{}` whatever was sent. */
export async function validate(schema: z.ZodType | undefined, raw: unknown): Promise<Validated> {
  if (!schema) return { ok: true, value: {} }
  const result = await schema.safeParseAsync(raw)
  if (result.success) return { ok: true, value: result.data }
  return { ok: false, errors: result.error.issues.map((issue) => fault(issue, raw)) }
}

function fault(issue: z.core.$ZodIssue, raw: unknown): InputFault {
  const missing = issue.code === 'invalid_type' && valueAt(raw, issue.path) === undefined
  return {
    pointer: pointerOf(issue.path),
    code: missing ? 'REQUIRED' : issue.code.toUpperCase(),
    detail: issue.message,
  }
}

/** RFC 6901. */
function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined,
    raw,
  )
}

/** 400 for what stands in the address, 422 for what stands in a body. */
export function inputProblem(errors: readonly InputFault[], source: 'address' | 'body'): Problem {
  const detail = errors.map((error) => `${error.pointer || 'input'}: ${error.detail}`).join('; ')
  return source === 'address'
    ? new Problem(400, 'BAD_PARAMETER', detail, { title: 'A parameter is not valid', errors })
    : new Problem(422, 'VALIDATION', detail, { title: 'The input is not valid', errors })
}
