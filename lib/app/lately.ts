/**
 * What takes a while to find out, for many who ask: the last answer, found anew behind it once it is older than `ms`. So no
 * answer waits for the disk, whose few threads are also those that check passwords. A failure is reported and leaves the last
 * answer as it was.
 */
export function lately<T>(
  first: T,
  find: () => Promise<T>,
  { ms, now, failed }: { readonly ms: number; readonly now: () => number; readonly failed: (error: unknown) => void },
): () => T {
  let known = first
  let at = now()
  let isUnderWay = false
  return () => {
    if (!isUnderWay && Math.abs(now() - at) >= ms) {
      isUnderWay = true
      void find()
        .then((found) => {
          known = found
        }, failed)
        .finally(() => {
          at = now()
          isUnderWay = false
        })
    }
    return known
  }
}
