import { isSecretOpen, modeText, openFilesAllowed } from '#lib/host/files.ts'
import { closeSync, fstatSync, openSync, readSync } from '#lib/host/system-calls.ts'
import { shellWord } from '#lib/text/shell.ts'
import type { Arguments, OptionSpec } from './arguments.ts'
import type { Context } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { Failure, UsageError } from './failure.ts'
import { rendered } from './text.ts'

/**
 * Asks a person to agree. Where there is no terminal, the error names the flag that agrees, instead of guessing.
 * @throws Failure 5
 */
export async function confirmYes(
  { io }: Pick<Context, 'io'>,
  question: string,
  next = 'the same with --yes, or with --plan <planId> of a preview',
): Promise<void> {
  if (!io.stdinIsTty) throw new Failure(EXIT.REFUSED, 'A person must agree, and there is no terminal to ask.', { next })
  const answer = await io.ask(`${rendered(question, false)} [y/N] `)
  if (!/^y(es)?$/i.test(answer?.trim() ?? '')) throw new Failure(EXIT.REFUSED, 'Not confirmed; nothing was changed.')
}

/**
 * What must be typed in full before anything is destroyed; `given` is `--confirm`.
 * @throws Failure 5
 */
export async function confirmName({ io }: Pick<Context, 'io'>, name: string, given: string | null): Promise<string> {
  const typed = given ?? (io.stdinIsTty ? await io.ask(`Type ${rendered(name, false)} to go on: `) : null)
  if (typed?.trim() === name) return name
  throw new Failure(EXIT.REFUSED, `This plan destroys snapshots. It runs only when ${name} is typed in full.`, {
    next: `the same with --confirm ${name}`,
  })
}

export const PASSWORD_FILE: OptionSpec = {
  name: 'password-file',
  value: 'FILE',
  proposes: 'file',
  summary: 'A file whose first line is the password; - is the standard input. Without it a person is asked.',
}

/**
 * A password, typed twice by a person or read from a file: never from the command line, which every user of
 * the machine can read.
 * @throws UsageError, Failure 2 where there is no terminal
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

const MOST_BYTES = 64 * 1024

/** A token or a password in a file, which no other user may read. A pipe of the shell will do. @throws UsageError */
export function readSecretFile(option: string, file: string): string {
  const refused = (why: string): UsageError => new UsageError(`${option} ${file} ${why}.`)
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    throw refused(`cannot be read: ${error instanceof Error ? error.message : error}`)
  }
  try {
    const facts = fstatSync(descriptor)
    const open = { mode: facts.mode & 0o7777, gid: facts.gid }
    if (facts.isFile() && isSecretOpen(open) && !openFilesAllowed())
      throw refused(`may be read or changed by others (mode ${modeText(open)}): chmod 600 ${shellWord(file)}`)
    if (!facts.isFile() && !facts.isFIFO()) throw refused('is no plain file')
    const buffer = Buffer.alloc(MOST_BYTES + 1)
    let length = 0
    for (let read = -1; read !== 0; length += read)
      read = readSync(descriptor, buffer, length, buffer.length - length, null)
    if (length > MOST_BYTES) throw refused(`has more than ${MOST_BYTES / 1024} KiB`)
    return buffer.toString('utf8', 0, length)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw refused(`cannot be read: ${error instanceof Error ? error.message : error}`)
  } finally {
    closeSync(descriptor)
  }
}
