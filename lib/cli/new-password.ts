import type { Arguments, OptionSpec } from './arguments.ts'
import type { Context } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { Failure, UsageError } from './failure.ts'
import { readSecretFile } from './secret-file.ts'

export const PASSWORD_FILE: OptionSpec = {
  name: 'password-file',
  value: 'FILE',
  summary: 'A file whose first line is the password; - is the standard input. Without it a person is asked.',
}

/**
 * A password, typed twice by a person or read from a file: never from the command line, which everybody on the machine
 * can read.
 * @throws UsageError, Failure 2 where nobody can be asked
 */
export async function newPassword(args: Arguments, { io }: Pick<Context, 'io'>): Promise<string> {
  const file = args.text(PASSWORD_FILE.name)
  if (file !== null) return firstLine(file === '-' ? await io.readStdin() : readSecretFile('--password-file', file))
  if (!io.stdinIsTty)
    throw new UsageError(
      'There is no terminal to type a password at.',
      'the same with --password-file FILE, or - for stdin',
    )
  const typed = await io.askSecret('Password (at least 10 characters): ')
  const again = await io.askSecret('The same once more: ')
  if (typed !== null && typed === again) return firstLine(typed)
  throw new Failure(EXIT.USAGE, 'The two passwords are not the same; nothing was changed.')
}

function firstLine(text: string): string {
  const [line = ''] = text.split(/\r?\n/)
  if (line !== '') return line
  throw new UsageError('The password is empty.')
}
