/** Bytes of foreign text that is ever shown or stored in one piece. */
export const TEXT_LIMIT = 4096

const ESC = String.fromCharCode(27)
const BEL = String.fromCharCode(7)
/** Terminal sequences: CSI (colours, cursor) and OSC (titles, links, ended by BEL or ESC \). */
const TERMINAL = new RegExp(`${ESC}(\\[[0-?]*[ -/]*[@-~]|\\][^${BEL}${ESC}]*(${BEL}|${ESC}\\\\)?|[@-Z\\\\^_])`, 'g')
/** Control, format (bidi overrides, zero width), line and paragraph separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * One line of text from a host, safe to show and to log: without terminal sequences, every unseen character replaced by
 * U+FFFD so that its place stays visible, tabs and newlines as a space, at most `limit` characters.
 */
export function cleanLine(text: string, limit = TEXT_LIMIT): string {
  // Cut first, so that a hostile 100 MB line costs nothing; the sequences that are then removed only make it shorter.
  const cleaned = text
    .slice(0, limit * 2)
    .toWellFormed()
    .replaceAll(TERMINAL, '')
    .replaceAll(/[\t\r\n]+/g, ' ')
    .replaceAll(UNSEEN, '\uFFFD')
  return cleaned.length > limit ? `${cleaned.slice(0, limit - 1)}…` : cleaned
}
