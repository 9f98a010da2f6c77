import { noSuchRun } from './refusals.ts'

/** The number of a run. @throws Problem 404: a text that is no number names no run. */
export function runNumber(id: string): number {
  return /^[1-9]\d{0,14}$/.test(id) ? Number(id) : noSuchRun(id)
}
