/** Bytes of UTF-8 that one string of a log line may have. */
export const MAX_TEXT_BYTES = 4096

const ESC = '\\x1b'
const STRING_END = `(?:\\x07|${ESC}\\\\|\\x9c)`
/**
 * Escape sequences with their arguments: colours and cursor moves (CSI), window titles and links (OSC and its kind), two-character ones.
 * A string (OSC) that is never ended loses only its beginning: it must not hide what follows.
 */
const ANSI = new RegExp(
  [
    `(?:${ESC}\\[|\\x9b)[0-?]*[ -/]*[@-~]`,
    `(?:${ESC}[\\]P_^X]|\\x9d)[^\\x07\\x1b\\x9c\\x9d\\r\\n]*${STRING_END}`,
    `${ESC}[ -/]*[0-~]`,
  ].join('|'),
  'g',
)
/** Ends of lines, which would make one log line look like two. */
const LINE_ENDS = /[\n\r\v\f\u0085\u2028\u2029]+/g
/** What is left of the control characters; bidi marks, zero-width and tag characters; halves of surrogate pairs. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}]/gu

/**
 * Text from anywhere (a SAN's stderr, a request) as one harmless line: it cannot move a terminal's cursor, swap what is read from left to
 * right, or pass for a line of its own. Ends of lines become ` ⏎ `.
 */
export function cleanText(text: string): string {
  return text
    .replace(ANSI, '')
    .replace(LINE_ENDS, ' ⏎ ')
    .replaceAll('\t', ' ')
    .replace(INVISIBLE, '')
    .replace(/^ ⏎ | ⏎ $/g, '')
}

/** At most MAX_TEXT_BYTES, with the number of bytes that were left out. */
export function capText(text: string): string {
  // Every character has at most three bytes for each of its UTF-16 units: short text need not be measured.
  if (text.length * 3 <= MAX_TEXT_BYTES) return text
  const bytes = new TextEncoder().encode(text)
  if (bytes.length <= MAX_TEXT_BYTES) return text
  const room = MAX_TEXT_BYTES - 40
  // The decoder is told that more may come, so that a character cut in two is left out, not replaced.
  const kept = new TextDecoder().decode(bytes.subarray(0, room), { stream: true })
  return `${kept}… (${bytes.length - room} more bytes)`
}
