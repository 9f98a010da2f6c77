/** How much longer than on a quiet machine something may take: on a busy one everything does. */
const PATIENCE = 4

/**
 * Asks again and again until it is so.
 * @param seconds the most that it takes on a quiet machine; four times that are waited
 * @throws with what was seen last
 */
export async function until(
  what: string,
  seconds: number,
  ask: () => boolean | Promise<boolean>,
  seen: () => string = () => '',
): Promise<void> {
  const end = performance.now() + seconds * PATIENCE * 1000
  for (;;) {
    if (await ask()) return
    if (performance.now() > end) throw new Error(`Waited ${seconds * PATIENCE} s in vain until ${what}. ${seen()}`)
    await Bun.sleep(100)
  }
}
