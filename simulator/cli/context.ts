import type { Store } from '../state/store.ts'
import type { Clock } from './clock.ts'
import type { CommandIo } from './command-io.ts'

/** What a command works with. Output is gathered and written when the command is over, streams excepted. */
export interface Context {
  readonly store: Store
  /** The unix user; `root` may do everything. */
  readonly user: string
  readonly clock: Clock
  /** The witness of time for durations, in ms. */
  readonly now: () => number
  /** Whose the command is (see process-mark.ts): what it does is under way as long as that lives. */
  readonly owner: string
  readonly io: CommandIo
  readonly stdout: string[]
  readonly stderr: string[]
}

export type Command = (context: Context, args: readonly string[]) => number | Promise<number>

export const say = (context: Context, line: string): void => {
  context.stdout.push(line)
}

export const complain = (context: Context, line: string): void => {
  context.stderr.push(line)
}
