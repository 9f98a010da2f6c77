/** A line costs its reader more than its bytes: an empty one counts as so many. */
const LEAST_OF_A_LINE = 64

export interface MeterLimits {
  /** At once. */
  readonly bytes: number
  /** Besides, for as long as it lasts: a connection that stays for days may say something now and then. */
  readonly bytesPerSecond?: number
  readonly now?: () => number
}

/** Counts what a machine writes that is read line by line, so that a flood of it comes to an end. */
export interface Meter {
  /** @returns true from the line on that is too much. */
  line(line: string): boolean
  bytes(count: number): boolean
}

export function createMeter({ bytes, bytesPerSecond = 0, now = () => performance.now() }: MeterLimits): Meter {
  const startedAt = now()
  let counted = 0
  const add = (count: number): boolean => {
    counted += count
    return counted > bytes && counted > bytes + ((now() - startedAt) / 1000) * bytesPerSecond
  }
  return { line: (line) => add(Math.max(LEAST_OF_A_LINE, line.length + 1)), bytes: add }
}
