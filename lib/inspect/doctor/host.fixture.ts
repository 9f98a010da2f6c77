import type { HostConfig } from '#config/effective.ts'

export const host: HostConfig = {
  id: 'hqs1',
  hostname: 'hqs1.storage.local',
  port: 22,
  sshUser: 'zfsadmin',
  identityFile: null,
  zfsCommand: ['zfs'],
  maxTransfers: 2,
  maxHandshakes: 4,
  proxyJump: null,
  connectTimeoutSeconds: 10,
  online: { kind: 'always' },
}
