import type { RunningSshd } from '#simulator/sshd.ts'
import type { WorldSize } from './world.ts'

type Sshds = Readonly<Record<'p' | 'b', RunningSshd>>

/** Without a schedule, and without sign-in unless `extra` has its own: what is measured is asked for. */
export function configText({ datasets }: WorldSize, sshds: Sshds, extra: readonly string[]): string {
  const hosts = (['p', 'b'] as const).map(
    (name) =>
      `  ${name}: { hostname: 127.0.0.1, port: ${sshds[name].port}, ssh_user: ${sshds[name].user}, max_transfers: 20 }`,
  )
  const mappings = Array.from(
    { length: datasets },
    (_, index) => `      - { name: ppool/d${index}, backup_dataset: bpool/d${index} }`,
  )
  const unless = (key: string, line: string): readonly string[] =>
    extra.some((each) => each.startsWith(`${key}:`)) ? [] : [line]
  return [
    'scheduler: { enabled: false }',
    ...unless('auth', 'auth: { mode: none, none_role: admin }'),
    'san_hosts:',
    ...hosts,
    ...unless('defaults', 'defaults: { primary_max_age_hours: 0 }'),
    ...extra,
    'pairs:',
    '  - name: bench',
    '    primary: p',
    '    backup: b',
    '    datasets:',
    ...mappings,
    '',
  ].join('\n')
}

/** The same key, host keys and ciphers as the witness uses; every command is a connection of its own unless told else. */
export function sshConfigText(sshds: Sshds, files: { readonly key: string; readonly knownHosts: string }): string {
  const hosts = (['p', 'b'] as const).map(
    (name) =>
      `Host ${name}\n  HostName 127.0.0.1\n  Port ${sshds[name].port}\n  User ${sshds[name].user}\n  HostKeyAlias ${name}`,
  )
  return [
    ...hosts,
    'Host *',
    `  IdentityFile ${files.key}`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${files.knownHosts}`,
    '  GlobalKnownHostsFile /dev/null',
    '  StrictHostKeyChecking yes',
    '  BatchMode yes',
    '  Compression no',
    '  Ciphers aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com',
    '',
  ].join('\n')
}
