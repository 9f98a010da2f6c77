import type { Clock } from '../words/clock.ts'
import type { CommandIo } from '../words/command-io.ts'
import type { PoolRecord } from './model.ts'
import type { Store } from './store.ts'

/** What a change to the state needs. Changes check nothing; the commands do. */
export interface Environment {
  readonly store: Store
  readonly clock: Clock
}

/** The number of the next transaction group: what is made now has it as `createtxg`. */
export function nextTxg({ store }: Environment, pool: PoolRecord): number {
  store.touch(pool)
  return ++pool.txg
}

/** What a command works with. Output is gathered and written when the command is over, streams excepted. */
export interface Context {
  readonly store: Store
  /** The unix user; `root` may do everything. */
  readonly user: string
  readonly clock: Clock
  /** For durations, in ms; the clock of the SAN may be off. */
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
