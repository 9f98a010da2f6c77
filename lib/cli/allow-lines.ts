import type { Config, HostConfig } from '#config/effective.ts'
import { neededOnBackup, neededOnPrimary } from '#lib/zfs/rights.ts'
import { shellWord } from './failure.ts'

export interface AllowLine {
  readonly host: string
  readonly role: 'primary' | 'backup'
  /** To be run on that host as root. */
  readonly command: string
}

/** What an admin runs once on each SAN, so that the witness may do its work there and no more. Hosts that need none are left out. */
export function allowLines(config: Config): readonly AllowLine[] {
  const lines = config.datasets.flatMap(({ primary, backup }) => [
    line(config, 'primary', primary.host, primary.dataset),
    line(config, 'backup', backup.host, parentOf(backup.dataset)),
  ])
  const seen = new Set<string>()
  return lines
    .filter((each) => each !== null)
    .filter(({ host, command }) => !seen.has(`${host} ${command}`) && seen.add(`${host} ${command}`))
    .toSorted((a, b) => a.host.localeCompare(b.host))
}

/** Why `zfs allow` has no meaning on a host, or null where it is needed. */
export function needsNoRights({ sshUser, zfsCommand }: HostConfig): string | null {
  if (sshUser === 'root')
    return 'zwitness logs in as root there; a user of its own with zfs allow could destroy nothing'
  return zfsCommand[0] === 'sudo' ? 'zfs runs through sudo there; zfs allow instead could destroy nothing' : null
}

function line(config: Config, role: AllowLine['role'], id: string, dataset: string): AllowLine | null {
  const host = config.hosts.get(id)
  if (host === undefined || needsNoRights(host) !== null) return null
  const needed =
    role === 'primary'
      ? neededOnPrimary(dataset, { anchors: true, recursive: true })
      : // Enough to receive and to set aside, and nothing that destroys: with `receive:append`, `receive -F` is refused.
        neededOnBackup(dataset, { appendOnly: true, properties: [], recursive: true })
  const rights = needed.map(({ right }) => right).join(',')
  return { host: id, role, command: `zfs allow -u ${shellWord(host.sshUser)} ${rights} ${shellWord(dataset)}` }
}

/** Rights that stand on the backup itself would go away with it when it is set aside. */
function parentOf(dataset: string): string {
  const at = dataset.lastIndexOf('/')
  return at < 0 ? dataset : dataset.slice(0, at)
}
