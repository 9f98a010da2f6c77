const LIMIT = 4 * 1024

const ANSI = /\p{Cc}\[[0-9;?]{0,50}[A-Za-z]/gu
const CONTROLS = /(?![\n\t])[\p{Cc}\p{Cf}]/gu

/** Text of another machine made fit to be shown: no control, ANSI or bidirectional characters, the last 4 KiB. */
export function showable(text: string): string {
  const clean = text
    .slice(-4 * LIMIT)
    .replace(ANSI, '')
    .replace(CONTROLS, '')
    .trim()
  return clean.length > LIMIT ? `…${clean.slice(-(LIMIT - 1))}` : clean
}

/** Its last line that says something, for a sentence; at most 300 characters. */
export function lastLine(text: string): string {
  const lines = showable(text).split('\n')
  const line = lines.findLast((candidate) => candidate.trim() !== '')?.trim() ?? ''
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}

/** Its first line that says something: `zfs` names the cause first. */
export function firstLine(text: string): string {
  const line =
    showable(text.slice(0, LIMIT))
      .split('\n')
      .find((candidate) => candidate.trim() !== '')
      ?.trim() ?? ''
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}
