import type { Bed } from './bed.ts'

/** A primary on one host, backups on two. */
export const THREE_SANS = {
  hosts: [
    { id: 'a', pool: 'tank' },
    { id: 'b', pool: 'vault' },
    { id: 'c', pool: 'safe' },
  ],
  defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0 },
}

/** Datasets on the primary, each with a snapshot. */
export function make(bed: Bed, ...names: readonly string[]): void {
  const { zfs } = bed.host('a')
  for (const name of names) {
    zfs.dataset.create(`tank/${name}`)
    zfs.snapshot(`tank/${name}@s1`, { bytes: 1000 })
  }
}

/** Checks until nothing is left to do, at most so often. */
export async function settle(bed: Bed, checks = 4): Promise<void> {
  for (let check = 0; check < checks; check++) {
    await bed.scan()
    await bed.clock.pass(3600_000)
  }
}

/** By the primary's name, without what is retired. */
export const healths = (bed: Bed): Record<string, string> =>
  Object.fromEntries(
    bed.engine
      .datasets()
      .filter(({ dataset }) => !dataset.retired)
      .map(({ dataset, verdict }) => [dataset.mapping.primary.dataset, verdict.health]),
  )

export function has(bed: Bed, host: string, snapshot: string): boolean {
  try {
    return bed.host(host).zfs.content(snapshot).digest !== ''
  } catch {
    return false
  }
}
