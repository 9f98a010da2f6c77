import type { Verification, VerificationResult } from '#lib/inspect/verify/types.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import type { Services } from '#lib/services.ts'
import { noSuchDataset } from './refusals.ts'

type Context = Pick<Services, 'engine' | 'inspection'> & Pick<InvocationContext, 'signal'>

/** Few at a time: each lists every snapshot of two datasets, and nobody waits for it. */
const AT_ONCE = 2

/** Verifies one dataset, or all that are not retired. */
export async function verifyAll(only: string | undefined, { engine, inspection, signal }: Context) {
  if (only !== undefined && engine.dataset(only) === null) noSuchDataset(only)
  const ids = engine
    .datasets()
    .filter(({ dataset }) => !dataset.retired && (only === undefined || dataset.id === only))
    .map(({ dataset }) => dataset.id)
  const done: Verification[] = []
  const waiting = [...ids]
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      signal.throwIfAborted()
      const verification = await inspection.verify(id, signal)
      if (verification !== null) done.push(verification)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const count = (result: VerificationResult): number => done.filter((each) => each.result === result).length
  return {
    counts: {
      VERIFIED: count('VERIFIED'),
      ATTENTION: count('ATTENTION'),
      UNKNOWN: count('UNKNOWN'),
      FAILED: count('FAILED'),
    },
    items: done
      .toSorted((a, b) => ids.indexOf(a.datasetId) - ids.indexOf(b.datasetId))
      .map(({ datasetId, result, summary }) => ({ datasetId, result, summary })),
  }
}
