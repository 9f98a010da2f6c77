import type { HostConfig } from '#config/effective.ts'
import type { LoginRights } from '#lib/engine/ports.ts'
import type { BatchOptions, CommandResult, Ssh } from '#lib/ssh/types.ts'
import { parentOf } from '#lib/zfs/names.ts'
import { listRights } from '#lib/zfs/read-commands.ts'
import { type Grant, parseRights, rightsOf } from '#lib/zfs/rights.ts'

/**
 * What the login may do on a dataset and beside it, as `zfs allow` says; its answer has the grants of all that stands above,
 * too. `all` for root and for a `zfs_command` with sudo, where nothing is delegated. A dataset that is still to be made is
 * asked for by the nearest one above it that is there. Null: could not be read.
 */
export async function readRights(
  ssh: Ssh,
  host: HostConfig,
  dataset: string,
  options: BatchOptions,
): Promise<LoginRights | 'all' | null> {
  if (host.sshUser === 'root' || host.zfsCommand.length > 1) return 'all'
  for (let asked: string | null = dataset; asked !== null; asked = parentOf(asked)) {
    const batch = await ssh.batch(host.id, [{ id: 'rights', argv: listRights(host.zfsCommand, asked) }], options)
    const result = batch.results.get('rights')
    if (result?.exitCode === 0) return rightsFrom(parseRights(result.stdout), host.sshUser, { dataset, asked })
    if (result === undefined || !isMissing(result)) return null
  }
  return null
}

function rightsFrom(
  grants: readonly Grant[],
  user: string,
  { dataset, asked }: { readonly dataset: string; readonly asked: string },
): LoginRights {
  // Who is in which group is not known here. What a group may, the login perhaps may too; ZFS refuses it harmlessly if not.
  const groups = new Set(grants.flatMap(({ who }) => (who.kind === 'group' ? [who.name] : [])))
  const parent = parentOf(dataset)
  const itself = rightsOf(grants, user, dataset, groups)
  if (parent === null) return { itself, beside: itself }
  // What is missing above it is made first, on the one that is there.
  const above = rightsOf(grants, user, parent, groups)
  const there = asked === dataset ? above : rightsOf(grants, user, asked, groups)
  // A name that has no grants of its own: what holds for it holds for each new one.
  const made = rightsOf(grants, user, `${parent}/-`, groups)
  const beside = new Set([...made].filter((right) => !ASKED_ABOVE.has(right) || (above.has(right) && there.has(right))))
  return { itself, beside }
}

/** To make something, or to move it there, ZFS asks for these on the dataset above it. */
const ASKED_ABOVE = new Set(['create', 'mount'])

function isMissing({ stderr }: CommandResult): boolean {
  return stderr.includes('dataset does not exist')
}
