/** A word as a person can paste it into a POSIX shell. */
export function shellWord(word: string): string {
  // Inside a word # and ~ mean nothing.
  return /^[\w@%+=:,./-][\w@%+=:,./~#-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** A whole command as a person can paste it. */
export function shellLine(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ')
}
