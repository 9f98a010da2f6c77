import { runCommand } from '#tests/bed/command.ts'
import type { BedHost } from '#tests/bed/host.ts'
import type { Field } from './field.ts'

export function primary(field: Field, a: number): string {
  const { primaries } = field
  return primaries[a % primaries.length] ?? ''
}

/** The backup of the a-th mapping, children of the tree among them. */
export function backup(field: Field, a: number): readonly [BedHost, string] {
  const { mappings } = field.bed.settings
  if (field.world === 2) return backupNow(field, a)
  const all = mappings.flatMap(({ name, backup: id }) => {
    const host = field.bed.host(id)
    const own = [host, `${host.pool}/${name}`] as const
    const below = ['tree/kid', 'tree/kid/grand'].map((kid) => [host, `${host.pool}/${kid}`] as const)
    return name === 'tree' ? [own, ...below] : [own]
  })
  const found = all[a % all.length]
  if (found === undefined) throw new Error('There is no mapping.')
  return found
}

/** With whatever is in a tree now. */
function backupNow(field: Field, a: number): readonly [BedHost, string] {
  const { primaries } = field
  const all = field.bed.settings.mappings.flatMap(({ name, backup: id, settings }) => {
    const host = field.bed.host(id)
    const own = primaries.filter((each) =>
      settings?.recursive === true ? `${each}/`.startsWith(`tank/${name}/`) : each === `tank/${name}`,
    )
    return own.map((each) => [host, `${host.pool}${each.slice('tank'.length)}`] as const)
  })
  const found = all[a % all.length]
  if (found === undefined) throw new Error('There is no mapping.')
  return found
}

export async function zfs(host: BedHost, ...words: string[]): Promise<void> {
  await runCommand(['zfs', ...words], host)
}
