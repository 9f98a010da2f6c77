import type { Context } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { rendered } from './text.ts'

/**
 * Asks a person to agree. Where nobody can be asked, the flag that agrees is named instead of guessing.
 * @throws Failure 5
 */
export async function confirmYes({ io }: Pick<Context, 'io'>, question: string): Promise<void> {
  if (!io.stdinIsTty)
    throw new Failure(EXIT.REFUSED, 'A person must agree, and there is no terminal to ask.', {
      next: 'the same with --yes, or with --plan <planId> of a preview',
    })
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
