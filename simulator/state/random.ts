const fromKernel = (): bigint => crypto.getRandomValues(new BigUint64Array(1))[0] ?? 1n
let next = fromKernel

/** Whatever is made from now on in this process follows from the source, 64 bits at a time; null: as usual. */
export function makeRandomFrom(source: (() => bigint) | null): void {
  next = source ?? fromKernel
}

/** A random guid as ZFS makes them: unsigned 64 bits, in decimal. */
export function randomGuid(): string {
  return (next() || 1n).toString()
}

/** A seed for an extent. */
export const randomSeed = (): number => Number(next() & 0xffff_ffffn) || 1
