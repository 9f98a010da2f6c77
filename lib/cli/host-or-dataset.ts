import type { Query } from './connection.ts'
import { Refused } from './failure.ts'

/** An operand that is the id of a SAN or of a dataset: asked as the one, and where there is none, as the other. */
export async function byHostOrDataset<T>(operand: string | undefined, ask: (query: Query) => Promise<T>): Promise<T> {
  if (operand === undefined) return ask({})
  try {
    return await ask({ host: operand })
  } catch (error) {
    if (!(error instanceof Refused) || error.problem.code !== 'NO_SUCH_HOST') throw error
    return ask({ datasetId: operand })
  }
}
