import { tooMany } from '#lib/runtime/index.ts'

/** Each takes 64 MiB and a tenth of a second of a core: more at once would starve what the machine is there for. */
const AT_ONCE = 2
const MOST_WAITING = 20

export interface Passwords {
  hash(password: string): Promise<string>
  /** Takes the same time for a user that is not there (`null`). @throws Problem 429 when too many wait already */
  verify(password: string, hash: string | null): Promise<boolean>
}

/** argon2id, a few at a time. */
export function createPasswords(): Passwords {
  let running = 0
  const waiting: (() => void)[] = []
  let dummy: Promise<string> | null = null

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= AT_ONCE) {
      if (waiting.length >= MOST_WAITING)
        tooMany('Too many people sign in at this moment; try again in a few seconds.', 5)
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running += 1
    try {
      return await work()
    } finally {
      // The place goes on to the next one without ever being free, so that nobody slips in between.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }

  const hash = (password: string): Promise<string> => inTurn(() => Bun.password.hash(password, 'argon2id'))
  return {
    hash,
    async verify(password, known) {
      if (known !== null) return inTurn(() => Bun.password.verify(password, known))
      dummy ??= Bun.password.hash(crypto.randomUUID(), 'argon2id')
      const stranger = await dummy
      await inTurn(() => Bun.password.verify(password, stranger))
      return false
    },
  }
}
