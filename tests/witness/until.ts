/** Asks again and again, at most so many seconds. @throws with what was seen last */
export async function until(
  what: string,
  seconds: number,
  ask: () => boolean | Promise<boolean>,
  seen: () => string = () => '',
): Promise<void> {
  const end = performance.now() + seconds * 1000
  for (;;) {
    if (await ask()) return
    if (performance.now() > end) throw new Error(`Waited ${seconds} s in vain until ${what}. ${seen()}`)
    await Bun.sleep(100)
  }
}
