import { join, resolve } from 'node:path'
import type { Config } from '#config/effective.ts'
import { environmentVariable } from '#lib/host/environment.ts'
import { fileFacts, makeTemporaryDirectory } from '#lib/host/files.ts'
import type { OpenFile, OwnFiles } from '#lib/inspect/doctor/open-files.ts'
import type { SshSettings } from '#lib/ssh/types.ts'

/** Where the service finds and keeps its things; the image mounts volumes there. */
export interface Directories {
  readonly config: string
  readonly data: string
  readonly logs: string
}

/** Whole paths: ssh takes no others. */
export function directories(given: Partial<Directories> = {}): Directories {
  return {
    config: resolve(given.config ?? environmentVariable('ZWITNESS_CONFIG_DIR') ?? '/config'),
    data: resolve(given.data ?? environmentVariable('ZWITNESS_DATA_DIR') ?? '/data'),
    logs: resolve(given.logs ?? environmentVariable('ZWITNESS_LOG_DIR') ?? '/logs'),
  }
}

/** The socket through which the command line speaks to the service. */
export const socketPath = (directories: Pick<Directories, 'data'>): string => `${directories.data}/zwitness.sock`

/** A control socket's path may have about 100 bytes, and ssh appends some of its own. */
const LONGEST_SOCKET_DIRECTORY = 60

/** The config's hosts as ssh needs them. Keys and known hosts: the config's own, then beside the config, then the data directory. */
export async function sshSettings(
  config: Config,
  directories: Directories,
  socketDirectory: string,
  /** For private copies of keys; null: ssh is given the keys themselves. */
  keyDirectory: string | null = null,
): Promise<SshSettings> {
  const key = await usualKeyFile(directories)
  const pinned = join(directories.data, 'ssh', 'known_hosts')
  return {
    hosts: [...config.hosts.values()].map((host) => ({
      id: host.id,
      hostname: host.hostname,
      port: host.port,
      user: host.sshUser,
      identityFile: host.identityFile ?? key,
      ...(keyDirectory === null ? {} : { keyCopy: join(keyDirectory, host.id) }),
      proxyJump: host.proxyJump,
      connectTimeoutSeconds: host.connectTimeoutSeconds,
      maxHandshakes: host.maxHandshakes,
    })),
    knownHostsFiles: [config.ssh.knownHostsFile ?? join(directories.config, 'known_hosts'), pinned],
    ciphers: config.ssh.ciphers,
    serverAliveIntervalSeconds: config.ssh.serverAliveIntervalSeconds,
    serverAliveCountMax: config.ssh.serverAliveCountMax,
    configFile: join(directories.data, 'ssh', 'config'),
    socketDirectory,
    sshCommand: environmentVariable('ZWITNESS_SSH') ?? 'ssh',
  }
}

/** The private key of hosts that name none: beside the configuration, else the one that `keys init` makes. */
export async function usualKeyFile({ config, data }: Directories): Promise<string> {
  const beside = join(config, 'id_ed25519')
  return (await fileFacts(beside)) === null ? join(data, 'ssh', 'id_ed25519') : beside
}

/** A private directory for control sockets: in the data directory where its path is short enough. */
export async function socketDirectory(directories: Directories): Promise<string> {
  const own = join(directories.data, 'ssh', 'mux')
  return own.length <= LONGEST_SOCKET_DIRECTORY ? own : makeTemporaryDirectory('zw-')
}

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
