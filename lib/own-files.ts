import { join } from 'node:path'
import type { Config } from '#config/effective.ts'
import type { OpenFile, OwnFiles } from '#lib/inspect/doctor/open-files.ts'
import type { SshSettings } from '#lib/ssh/types.ts'
import type { Directories } from './directories.ts'

/** A private key that others may read, or a path that ssh cannot be given: nothing is started with it. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused'
  /** What is wrong, each with its cure. */
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.faults = faults
  }
}

/** The files of this witness that decide what it does. */
export function ownFiles(
  config: Config,
  { data, logs, config: configuration }: Directories,
  { hosts, knownHostsFiles }: Pick<SshSettings, 'hosts' | 'knownHostsFiles'>,
): OwnFiles {
  return {
    configuration: config.source.file,
    directories: [configuration, data, join(data, 'ssh'), logs],
    keys: [
      join(configuration, 'id_ed25519'),
      join(data, 'ssh', 'id_ed25519'),
      ...hosts.map((host) => host.identityFile),
    ],
    knownHosts: knownHostsFiles,
    database: join(data, 'zwitness.db'),
  }
}

/** @throws StartRefused */
export function refuseOpenKeys(open: readonly OpenFile[]): void {
  const refused = open.filter((each) => each.refused)
  if (refused.length > 0)
    throw new StartRefused(refused.map(({ message, cure, command }) => `${message} \`${command}\`. ${cure}`))
}
