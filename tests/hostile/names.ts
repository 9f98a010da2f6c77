/** Who is who. `a` and `b` are honest, `x` is not; each mapping has one name on both of its SANs. */
export const POOLS = { a: 'tank', b: 'vault', x: 'evil' } as const
export type HostId = keyof typeof POOLS

export const HONEST: readonly HostId[] = ['a', 'b']

export interface Line {
  readonly id: string
  readonly name: string
  readonly primary: HostId
  readonly backup: HostId
  readonly recursive?: boolean
  /** Raw already, in both worlds. */
  readonly raw?: boolean | 'auto'
}

/** `shared` has two backups, of which one is honest. */
export const LINES: readonly Line[] = [
  { id: 'one', name: 'one', primary: 'a', backup: 'b' },
  { id: 'tree', name: 'tree', primary: 'a', backup: 'b', recursive: true },
  { id: 'shared', name: 'shared', primary: 'a', backup: 'b' },
  { id: 'shared-x', name: 'shared', primary: 'a', backup: 'x' },
  { id: 'lent', name: 'lent', primary: 'a', backup: 'x' },
  { id: 'safe', name: 'safe', primary: 'a', backup: 'x', raw: true },
  { id: 'auto', name: 'auto', primary: 'a', backup: 'x', raw: 'auto' },
  { id: 'theirs', name: 'theirs', primary: 'x', backup: 'b' },
  { id: 'wood', name: 'wood', primary: 'x', backup: 'b', recursive: true },
]

export const isHonest = (line: Line): boolean => line.primary !== 'x' && line.backup !== 'x'
/** What stands below `tree` and `wood` from the beginning. */
export const KIDS = ['kid']

export const nameOn = (host: HostId, line: Line): string => `${POOLS[host]}/${line.name}`

/** Is it this dataset, or below it, or made of it by a repair? */
export function belongs(dataset: string, to: string): boolean {
  const bare = dataset.replace(/[@#].*$/s, '')
  return bare === to || bare.startsWith(`${to}/`) || bare.startsWith(`${to}.zw-`)
}

/** The mapping that a name on a host belongs to, with its backups on the hostile SAN first. */
export function linesOf(host: HostId, dataset: string): readonly Line[] {
  return LINES.filter(
    (line) =>
      (line.primary === host && belongs(dataset, nameOn(host, line))) ||
      (line.backup === host && belongs(dataset, nameOn(host, line))),
  )
}
