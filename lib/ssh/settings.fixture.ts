import type { SshHost, SshSettings } from './types.ts'

/** A host and settings for unit tests; nothing of them exists. */
export const testHost = (change: Partial<SshHost> = {}): SshHost => ({
  id: 'hqs8',
  hostname: 'hqs8.storage.local',
  port: 22,
  user: 'zfsadmin',
  identityFile: '/config/id_ed25519',
  proxyJump: null,
  connectTimeoutSeconds: 10,
  maxHandshakes: 4,
  ...change,
})

export const testSettings = (change: Partial<SshSettings> = {}): SshSettings => ({
  hosts: [testHost()],
  knownHostsFiles: ['/config/known_hosts', '/data/ssh/known_hosts'],
  ciphers: [],
  serverAliveIntervalSeconds: 15,
  serverAliveCountMax: 3,
  configFile: '/data/ssh/config',
  socketDirectory: '/run/zw',
  sshCommand: 'ssh',
  ...change,
})
