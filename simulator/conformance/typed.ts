/**
 * A command that the product built, as a line of the script. It was built for datasets below `A` and `B` and for the
 * pools `P` and `Q`, and for `aToken` where a resume token belongs: here they become what they are on this run.
 */
export function typed(argv: readonly string[], tokenOf = '$B'): string {
  return argv.map((word) => (word === aToken ? `$(${tokenCommand} ${tokenOf})` : typedWord(word))).join(' ')
}

/** Stands for the token that the dataset `tokenOf` has when the line is run. */
export const aToken = '1-a-b8-789c'

const tokenCommand = 'zfs get -H -o value receive_resume_token'

function typedWord(word: string): string {
  const text = word.replace(/^([ABPQ])(?=[/@#]|$)/, '$$$1')
  return /^[$A-Za-z0-9@#/%_.,:=+-]+$/.test(text) && !text.includes('#') ? text : `"${text}"`
}
