import type { HostConfig } from '#config/effective.ts'
import type { BatchOptions, Ssh } from '#lib/ssh/types.ts'
import { listRights } from '#lib/zfs/commands.ts'
import { parentOf } from '#lib/zfs/paths.ts'
import { parseRights, rightsOf } from '#lib/zfs/rights.ts'

/**
 * What the login may do on a dataset, as `zfs allow` says. `all` for root and for a `zfs_command` with sudo, where nothing
 * is delegated. A dataset that is still to be made is asked for by its parent. Null: could not be read.
 */
export async function readRights(
  ssh: Ssh,
  host: HostConfig,
  dataset: string,
  options: BatchOptions,
): Promise<ReadonlySet<string> | 'all' | null> {
  if (host.sshUser === 'root' || host.zfsCommand.length > 1) return 'all'
  const asked = parentOf(dataset) ?? dataset
  const batch = await ssh.batch(host.id, [{ id: 'rights', argv: listRights(host.zfsCommand, asked) }], options)
  const result = batch.results.get('rights')
  if (result?.exitCode !== 0) return null
  const grants = parseRights(result.stdout)
  const rights = new Set(rightsOf(grants, host.sshUser, dataset))
  // Who is in which group is not known here. What a group may, the login perhaps may too; ZFS refuses it harmlessly if not.
  for (const { who, rights: granted } of grants) {
    if (who.kind === 'group') for (const right of granted) rights.add(right)
  }
  return rights
}
