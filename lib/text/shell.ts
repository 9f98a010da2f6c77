/** The escape that single quotes of a POSIX shell need: nothing else means anything within them. */
function singleQuoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/**
 * One word for a remote POSIX shell, always in single quotes. Newline and `!` are refused because csh gives them a meaning
 * inside single quotes, NUL because no argument can hold it; nothing that we send needs any of them. Throws on these.
 */
export function quote(word: string): string {
  if (/[\0\n!]/.test(word))
    throw new Error(`A remote command cannot hold a NUL, a newline or "!": ${JSON.stringify(word)}`)
  return singleQuoted(word)
}

export const quoteAll = (words: readonly string[]): string => words.map(quote).join(' ')

/** A word as a person can paste it into a POSIX shell, zsh included: in quotes only where a shell would take it apart. */
export function shellWord(word: string): string {
  // In front, # begins a comment, ~ is a home and = (zsh) the path of a program; ~ is a home after = and : too.
  const isPlain = /^[\w@%+:,./-][\w@%+=:,./~#-]*$/.test(word) && !/[=:]~/.test(word)
  return isPlain ? word : singleQuoted(word)
}

/** A whole command as a person can paste it. Never sent anywhere. */
export function shellLine(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ')
}
