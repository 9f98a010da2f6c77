import { sleep } from '#lib/host/sleep.ts'
import type { ScenarioPair } from './scenario.ts'
import { placeOf, type World } from './world.ts'

/** After the first scan: what needs a "before"; then every half minute what goes on. Ends when `signal` does. */
export async function livingWorld(
  world: World,
  pairs: readonly ScenarioPair[],
  now: number,
  firstScanDone: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  const each = (what: 'later' | 'goesOn'): void => {
    for (const pair of pairs)
      for (const scenario of pair.scenarios) scenario[what]?.(placeOf(world, pair, scenario, now))
  }
  while (!(await firstScanDone())) {
    await sleep(1_000, signal)
    if (signal.aborted) return
  }
  each('later')
  for (;;) {
    await sleep(30_000, signal)
    if (signal.aborted) return
    each('goesOn')
  }
}
