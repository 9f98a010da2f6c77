import { Deno } from '@deno/shim-deno'

/**
 * The system's name of a failure (`ENOENT`, `EACCES`, …), or null when the error is none of the system's.
 * The shim turns only some of them into classes (an EACCES stays a plain Error), so both forms are read here, once.
 */
export function systemErrorCode(error: unknown): string | null {
  if (error instanceof Deno.errors.NotFound) return 'ENOENT'
  if (error instanceof Deno.errors.AlreadyExists) return 'EEXIST'
  if (error instanceof Deno.errors.PermissionDenied) return 'EACCES'
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return null
}

export const isNotFound = (error: unknown): boolean => systemErrorCode(error) === 'ENOENT'

export const isPermissionDenied = (error: unknown): boolean =>
  ['EACCES', 'EPERM'].includes(systemErrorCode(error) ?? '')
