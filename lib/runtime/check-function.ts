import { ACCESS_LEVELS } from './actor.ts'
import { scheduleFault, scheduleOf } from './check-schedule.ts'
import type { LoadedFunctionDefinition } from './tree.ts'

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*\.ts$/

/** `check-lag.ts` directly in functions/. */
export function functionNameFault(file: string): string | null {
  return NAME.test(file) ? null : "a function's file name must be kebab-case, directly in functions/"
}

export function isFunctionDefinition(value: unknown): value is LoadedFunctionDefinition {
  return isRunnable(value)
}

/** Functions and routes have these two in common; the rest is optional. */
export function isRunnable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return 'run' in value && typeof value.run === 'function' && 'summary' in value && typeof value.summary === 'string'
}

/**
 * `services` are needed for a schedule that stands in the configuration; without them only fixed ones are checked.
 */
export async function functionFaults(definition: LoadedFunctionDefinition, services?: object): Promise<string[]> {
  const faults: string[] = []
  if (definition.timeout !== undefined && !(definition.timeout > 0)) {
    faults.push('`timeout` must be a positive number of milliseconds')
  }
  const access = accessFault(definition.access)
  if (access) faults.push(access)
  faults.push(...scheduleFaults(definition, services))
  if (definition.schedule !== undefined && definition.input) {
    const empty = await definition.input.safeParseAsync({})
    if (!empty.success) faults.push('a scheduled function must accept an empty input; give every field a default')
  }
  return faults
}

function scheduleFaults(definition: LoadedFunctionDefinition, services: object | undefined): string[] {
  const asks = [definition.schedule, definition.timezone].some((part) => typeof part === 'function')
  if (asks && !services) return []
  try {
    const spec = scheduleOf(definition, services ?? {})
    const fault = spec && scheduleFault(spec)
    return fault ? [fault] : []
  } catch (error) {
    return [`its schedule cannot be read: ${error instanceof Error ? error.message : String(error)}`]
  }
}

export function accessFault(access: unknown): string | null {
  if (access === undefined || ACCESS_LEVELS.some((level) => level === access)) return null
  return `access "${String(access)}" is not one of ${ACCESS_LEVELS.join(', ')}`
}
