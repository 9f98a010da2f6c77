/** The kernel takes one argument of at most 128 KiB; a command line stays well below it. */
export const LONGEST_COMMAND = 64 * 1024

/**
 * One word for a remote POSIX shell, in single quotes. Newline and `!` are refused because csh gives them a meaning inside
 * single quotes, NUL because no argument can hold it; nothing that we send needs any of them.
 */
export function quote(word: string): string {
  if (/[\0\n!]/.test(word))
    throw new Error(`A remote command cannot hold a NUL, a newline or "!": ${JSON.stringify(word)}`)
  return `'${word.replaceAll("'", `'\\''`)}'`
}

export const quoteAll = (words: readonly string[]): string => words.map(quote).join(' ')
