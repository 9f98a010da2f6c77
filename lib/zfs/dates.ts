/** The last second with a year of four digits, epoch seconds: what is later no formatter of dates takes. */
export const LAST_SECOND = 253_402_300_799

/** `2026-11-22T14:32:10Z`. Epoch seconds; a number that is no date is held within 1970 and 9999. */
export function utcTime(seconds: number): string {
  const held = Number.isNaN(seconds) ? 0 : Math.min(LAST_SECOND, Math.max(0, seconds))
  return `${new Date(held * 1000).toISOString().slice(0, 19)}Z`
}
