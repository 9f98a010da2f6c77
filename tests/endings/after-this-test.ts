import { onTestFinished } from 'bun:test'

const endings: (() => Promise<void> | void)[] = []

/**
 * What is to be done when the test that runs now has ended, however it ended; last first. A hook of a module would be
 * called for the first file alone that imports it.
 */
export function afterThisTest(end: () => Promise<void> | void): void {
  if (endings.length === 0) onTestFinished(finish)
  endings.push(end)
}

async function finish(): Promise<void> {
  const faults: unknown[] = []
  for (const end of endings.splice(0).reverse())
    try {
      await end()
    } catch (error) {
      // One that fails keeps none of the others from its turn.
      faults.push(error)
    }
  if (faults.length > 0) throw faults[0]
}
