/** A hang ends at last, so that a test that forgets one leaves no process for ever. */
const longestHangMs = 15 * 60_000

/** Does nothing for so long that every time-out is over. */
export function hang(): never {
  Bun.sleepSync(longestHangMs)
  process.exit(1)
}
