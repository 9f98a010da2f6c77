/** A random guid as ZFS makes them: unsigned 64 bits, in decimal. */
export function randomGuid(): string {
  const [value] = crypto.getRandomValues(new BigUint64Array(1))
  return (value || 1n).toString()
}

/** A seed for an extent. */
export const randomSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 1
