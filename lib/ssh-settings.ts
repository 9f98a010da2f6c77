import { join } from 'node:path'
import type { Config } from '#config/effective.ts'
import { makeTemporaryDirectory } from '#lib/host/directory.ts'
import { environmentVariable } from '#lib/host/environment.ts'
import { fileFacts } from '#lib/host/file-facts.ts'
import type { SshSettings } from '#lib/ssh/types.ts'
import type { Directories } from './directories.ts'

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
