/*
 * Foreign text (from a SAN, a request, a file) made fit to be shown, stored and logged. What a terminal would obey and what
 * no one can see is defined once; three shapes: one line, several lines, one line of a log.
 */

const ESC = '\\x1b'
const STRING_END = `(?:\\x07|${ESC}\\\\|\\x9c)`
/**
 * Escape sequences with their arguments: colours and cursor moves (CSI), window titles and links (OSC and its kind), two-character ones.
 * A string (OSC) that is never ended loses only its beginning: it must not hide what follows.
 */
const SEQUENCES = new RegExp(
  [
    `(?:${ESC}\\[|\\x9b)[0-?]*[ -/]*[@-~]`,
    `(?:${ESC}[\\]P_^X]|\\x9d)[^\\x07\\x1b\\x9c\\x9d\\r\\n]*${STRING_END}`,
    `${ESC}[ -/]*[0-~]`,
  ].join('|'),
  'g',
)
/** Control and format characters (bidi overrides, zero width, tags), line and paragraph separators, halves of surrogate pairs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
const UNSEEN_BUT_LAYOUT = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
/** Ends of lines, which would make one line of a log look like two. */
const LINE_ENDS = /[\n\r\v\f\u0085\u2028\u2029]+/g

/** Most characters of foreign text that are ever shown or stored in one piece. */
export const TEXT_LIMIT = 4096
/** Most characters of one line within a sentence. */
const LINE_LIMIT = 300

/**
 * One line, safe to show and to log: without terminal sequences, every unseen character replaced by U+FFFD so that its
 * place stays visible, tabs and newlines as a space, at most `limit` characters.
 */
export function cleanLine(text: string, limit = TEXT_LIMIT): string {
  // Cut first, so that a hostile 100 MB line costs nothing; the sequences that are then removed only make it shorter.
  const cleaned = text
    .slice(0, limit * 2)
    .toWellFormed()
    .replaceAll(SEQUENCES, '')
    .replaceAll(/[\t\r\n]+/g, ' ')
    .replaceAll(UNSEEN, '\uFFFD')
  return cut(cleaned, limit)
}

/** Several lines: newlines and tabs stay, everything else that is unseen goes; the last TEXT_LIMIT characters. */
export function showable(text: string): string {
  const clean = text
    .slice(-4 * TEXT_LIMIT)
    .replaceAll(SEQUENCES, '')
    .replaceAll(UNSEEN_BUT_LAYOUT, '')
    .trim()
  return clean.length > TEXT_LIMIT ? `…${clean.slice(-(TEXT_LIMIT - 1))}` : clean
}

/** The first line with anything in it, for a sentence: `zfs` names the cause first. */
export function firstLine(text: string): string {
  const lines = showable(text.slice(0, TEXT_LIMIT)).split('\n')
  return cut(lines.find((candidate) => candidate.trim() !== '')?.trim() ?? '', LINE_LIMIT)
}

/**
 * One line of a log: it cannot move a terminal's cursor, swap what is read from left to right, or pass for a line of its
 * own. Ends of lines become ` ⏎ `.
 */
export function cleanText(text: string): string {
  return text
    .replaceAll(SEQUENCES, '')
    .replaceAll(LINE_ENDS, ' ⏎ ')
    .replaceAll('\t', ' ')
    .replaceAll(UNSEEN, '')
    .replace(/^ ⏎ | ⏎ $/g, '')
}

/** Bytes of UTF-8 that one string of a log line may have. */
export const MAX_TEXT_BYTES = 4096

/** At most MAX_TEXT_BYTES, with the number of bytes that were left out. */
export function capText(text: string): string {
  // Every character has at most three bytes for each of its UTF-16 units: short text need not be measured.
  if (text.length * 3 <= MAX_TEXT_BYTES) return text
  const bytes = new TextEncoder().encode(text)
  if (bytes.length <= MAX_TEXT_BYTES) return text
  const room = MAX_TEXT_BYTES - 40
  // `stream`: a character cut in two is left out, not replaced.
  const kept = new TextDecoder().decode(bytes.subarray(0, room), { stream: true })
  return `${kept}… (${bytes.length - room} more bytes)`
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}
