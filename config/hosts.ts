import { z } from 'zod'
import { called, count, parsedText, ruledText, textList } from '#lib/settings/fields.ts'
import {
  checkHostId,
  checkHostname,
  checkPath,
  checkSshUser,
  HOST_ID,
  HOSTNAME,
  SSH_USER,
} from '#lib/ssh/config-words.ts'
import { checkCommandWord } from './fields.ts'
import { parseOnline } from './windows.ts'

export const HOST_DEFAULTS = {
  port: 22,
  zfs_command: ['zfs'],
  max_transfers: 2,
  max_handshakes: 4,
  connect_timeout_seconds: 10,
  online: 'always',
} as const

/** Limits that stand at a host, or under `ssh:` for all of them. */
export const connectionLimits = {
  max_transfers: count(
    'transfers',
    { min: 1, max: 32 },
    { description: 'Transfers at once that this host takes part in.', default: HOST_DEFAULTS.max_transfers },
  ),
  max_handshakes: count(
    'handshakes',
    { min: 1, max: 32 },
    { description: 'SSH handshakes at once with this host (sshd MaxStartups).', default: HOST_DEFAULTS.max_handshakes },
  ),
  connect_timeout_seconds: count(
    'seconds',
    { min: 1, max: 300 },
    {
      description: 'How long a connection may take to come up, seconds.',
      default: HOST_DEFAULTS.connect_timeout_seconds,
    },
  ),
}

export const HostSchema = z.strictObject(
  {
    hostname: ruledText(checkHostname, {
      description: 'DNS name or IP address of the SAN.',
      pattern: `${HOSTNAME}|^[0-9A-Fa-f:.]+$`,
      examples: ['hqs8.storage.local'],
    }),
    ssh_user: ruledText(checkSshUser, {
      description: 'Login name on the SAN.',
      pattern: SSH_USER,
      examples: ['zfsadmin'],
    }),
    port: count('', { min: 1, max: 65_535 }, { description: 'SSH port.', default: HOST_DEFAULTS.port }),
    identity_file: ruledText(checkPath, {
      description:
        'Private key; a relative path is beside this file. Default: id_ed25519 beside this file, else ssh/id_ed25519 in the data directory.',
    }).optional(),
    zfs_command: textList(
      checkCommandWord,
      {
        description: 'Words that call zfs there.',
        default: HOST_DEFAULTS.zfs_command,
        examples: [['sudo', '-n', 'zfs']],
      },
      '[sudo, -n, zfs]',
    ),
    ...connectionLimits,
    proxy_jump: ruledText(checkHostId, {
      description: 'Id of the host under san_hosts to go through.',
      pattern: HOST_ID,
    }).optional(),
    online: parsedText(parseOnline, {
      description: 'When the host is expected to be reachable: always, on_demand, or hours in scheduler.timezone.',
      default: HOST_DEFAULTS.online,
      examples: ['Sat 20:00-Sun 08:00'],
    }).optional(),
  },
  {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? `Must be a block of keys such as { hostname: hqs8.storage.local, ssh_user: zfsadmin }; found ${called(issue.input)}.`
        : undefined,
  },
)

export const HostsSchema = z
  .record(z.string(), HostSchema, {
    error: (issue) =>
      `Must be a block with one key for each host, for example hqs8: { hostname: hqs8.storage.local, ssh_user: zfsadmin }; found ${called(issue.input)}.`,
  })
  .superRefine((hosts, context) => {
    for (const id of Object.keys(hosts)) {
      const message = checkHostId(id)
      if (message !== null) context.addIssue({ code: 'custom', message, path: [id], params: { key: true } })
    }
  })
  .meta({ description: 'The SANs: an id of your own for each, and how to reach it.' })

export type RawHost = z.infer<typeof HostSchema>
