const last = new Map<string, Promise<unknown>>()

/** One after the other for each caller: what it costs to answer them is borne once at a time, however many they send. */
export async function inTurn<Result>(caller: string, work: () => Promise<Result>): Promise<Result> {
  const mine = (last.get(caller) ?? Promise.resolve()).then(work, work)
  last.set(caller, mine)
  try {
    return await mine
  } finally {
    if (last.get(caller) === mine) last.delete(caller)
  }
}
