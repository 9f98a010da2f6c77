import { expect, test } from 'bun:test'
import { changed, faultsOf, PRODUCT_YAML, type Refusal } from './load.fixture.ts'
import { loadConfig } from './load.ts'

/** The users' example with one change, and everything that is said about it: `line:column path: message`. */
const REFUSALS: readonly Refusal[] = [
  {
    name: 'port out of range',
    from: 'hqs8.storage.local, ',
    to: 'hqs8.storage.local, port: 70000,',
    faults: ['2:48 san_hosts.hqs8.port: Must be a whole number from 1 to 65535, for example 22; found 70000.'],
  },
  {
    name: 'hostname with a user',
    from: 'hostname: hqs8.storage.local',
    to: 'hostname: root@hqs8',
    faults: [
      '2:22 san_hosts.hqs8.hostname: The hostname holds a user; write the user into ssh_user and only the host here.',
    ],
  },
  {
    name: 'hostname with a port',
    from: 'hostname: hqs8.storage.local',
    to: 'hostname: "hqs8:22"',
    faults: ['2:22 san_hosts.hqs8.hostname: The hostname holds a port; write it into port and only the host here.'],
  },
  {
    name: 'hostname with an option',
    from: 'hostname: hqs8.storage.local',
    to: 'hostname: -oProxyCommand=x',
    faults: [
      '2:22 san_hosts.hqs8.hostname: The hostname "-oProxyCommand=x" is refused; write a DNS name (letters, digits, . and -) or an IP address.',
    ],
  },
  {
    name: 'hostname with a newline',
    from: 'hostname: hqs8.storage.local',
    to: 'hostname: "hqs8\\nProxyCommand x"',
    faults: [
      '2:22 san_hosts.hqs8.hostname: The hostname "hqs8\\nProxyCommand x" is refused; write a DNS name (letters, digits, . and -) or an IP address.',
    ],
  },
  {
    name: 'hostname in brackets',
    from: 'hostname: hqs8.storage.local',
    to: 'hostname: "[fd00::1]"',
    faults: ['2:22 san_hosts.hqs8.hostname: Write the IPv6 address without brackets: fd00::1.'],
  },
  {
    name: 'hostname a URL',
    from: 'hostname: hqs8.storage.local',
    to: 'hostname: https://hqs8',
    faults: [
      '2:22 san_hosts.hqs8.hostname: The hostname is a URL; write only the host, for example hqs8.storage.local.',
    ],
  },
  {
    name: 'hostname a number',
    from: 'hostname: hqs8.storage.local',
    to: 'hostname: 10',
    faults: ['2:22 san_hosts.hqs8.hostname: Must be text; write it in quotes: "10".'],
  },
  {
    name: 'user with a blank',
    from: 'ssh_user: zfsadmin }\n  hqs10',
    to: 'ssh_user: "zfs admin" }\n  hqs10',
    faults: [
      '2:53 san_hosts.hqs8.ssh_user: The user "zfs admin" is refused; write a login name of letters, digits and _ . -, beginning with a letter or _, at most 32.',
    ],
  },
  {
    name: 'user an option',
    from: 'ssh_user: zfsadmin }\n  hqs10',
    to: 'ssh_user: -l }\n  hqs10',
    faults: [
      '2:53 san_hosts.hqs8.ssh_user: The user "-l" is refused; write a login name of letters, digits and _ . -, beginning with a letter or _, at most 32.',
    ],
  },
  {
    name: 'host id with a blank',
    from: '  hqs10: {',
    to: '  hqs 10: {',
    faults: [
      '3:3 san_hosts.hqs 10: The host id "hqs 10" is refused; write letters, digits and _ . - only, beginning with a letter or digit, at most 63 (it becomes an alias in ssh_config).',
      '13:14 pairs.1.primary: There is no host hqs10 under san_hosts. Did you mean hqs 10?',
    ],
  },
  {
    name: 'host id with a star',
    from: '  hqs10: {',
    to: '  "*": {',
    faults: [
      '3:3 san_hosts.*: The host id "*" is refused; write letters, digits and _ . - only, beginning with a letter or digit, at most 63 (it becomes an alias in ssh_config).',
      '13:14 pairs.1.primary: There is no host hqs10 under san_hosts. Did you mean hqs1?',
    ],
  },
  {
    name: 'identity_file from home',
    from: 'hqs8.storage.local, ',
    to: 'hqs8.storage.local, identity_file: ~/.ssh/id,',
    faults: [
      '2:57 san_hosts.hqs8.identity_file: The path "~/.ssh/id" begins with ~; write it out from /, it is not expanded.',
    ],
  },
  {
    name: 'identity_file with a token',
    from: 'hqs8.storage.local, ',
    to: 'hqs8.storage.local, identity_file: /keys/%h,',
    faults: [
      '2:57 san_hosts.hqs8.identity_file: The path "/keys/%h" is refused; write letters, digits and _ . / + @ : , - only (no blanks, quotes or %).',
    ],
  },
  {
    name: 'identity_file with a quote',
    from: 'hqs8.storage.local, ',
    to: 'hqs8.storage.local, identity_file: "/keys/a\\"b",',
    faults: [
      '2:57 san_hosts.hqs8.identity_file: The path "/keys/a\\"b" is refused; write letters, digits and _ . / + @ : , - only (no blanks, quotes or %).',
    ],
  },
  {
    name: 'zfs_command as text',
    from: 'hqs8.storage.local, ',
    to: 'hqs8.storage.local, zfs_command: sudo zfs,',
    faults: ['2:55 san_hosts.hqs8.zfs_command: Must be a list, for example [sudo, -n, zfs]; found "sudo zfs".'],
  },
  {
    name: 'zfs_command with shell words',
    from: 'hqs8.storage.local, ',
    to: 'hqs8.storage.local, zfs_command: [sudo, "-n;id"],',
    faults: [
      '2:62 san_hosts.hqs8.zfs_command.1: The word "-n;id" is refused; write one plain word of the command per list item, for example [sudo, -n, zfs].',
    ],
  },
  {
    name: 'zfs_command sudo without -n',
    from: 'hqs8.storage.local, ',
    to: 'hqs8.storage.local, zfs_command: [sudo, zfs],',
    faults: [
      '2:55 san_hosts.hqs8.zfs_command: sudo without -n would wait for a password that nobody types; write [sudo, -n, zfs].',
    ],
  },
  {
    name: 'zfs_command empty',
    from: 'hqs8.storage.local, ',
    to: 'hqs8.storage.local, zfs_command: [],',
    faults: ['2:55 san_hosts.hqs8.zfs_command: zfs_command is empty; write [zfs], or leave it out.'],
  },
  {
    name: 'zfs_command begins with an option',
    from: 'hqs8.storage.local, ',
    to: 'hqs8.storage.local, zfs_command: [-n, zfs],',
    faults: [
      '2:55 san_hosts.hqs8.zfs_command: zfs_command begins with the option -n; write the command first, for example [sudo, -n, zfs].',
    ],
  },
  {
    name: 'proxy_jump to nobody',
    from: 'hqs8.storage.local, ',
    to: 'hqs8.storage.local, proxy_jump: hqs9,',
    faults: [
      '2:54 san_hosts.hqs8.proxy_jump: There is no host hqs9 under san_hosts; add it, or write one of hqs10, hqs1, hqs7.',
    ],
  },
  {
    name: 'a host called none',
    from: 'hqs8.storage.local, ',
    to: 'hqs8.storage.local, proxy_jump: none,',
    faults: [
      '2:54 san_hosts.hqs8.proxy_jump: A host cannot be called none: to ssh, ProxyJump none means no jump at all; write another id.',
    ],
  },
  {
    name: 'a host called NONE',
    from: '  hqs7:  {',
    to: '  NONE: { hostname: hqs8, ssh_user: a }\n  hqs7:  {',
    faults: [
      '5:3 san_hosts.NONE: A host cannot be called NONE: to ssh, ProxyJump NONE means no jump at all; write another id.',
    ],
  },
  {
    name: 'two hosts that differ in case only',
    from: '  hqs7:  {',
    to: '  HQS8: { hostname: hqs9, ssh_user: a }\n  hqs7:  {',
    faults: [
      '5:3 san_hosts.HQS8: The hosts hqs8 and HQS8 differ in upper and lower case only, which known_hosts does not tell apart: both would have one host key. Write another id for one of them.',
    ],
  },
  {
    name: 'a number that ssh takes for another address',
    from: 'hostname: hqs8.storage.local',
    to: 'hostname: 010.0.0.1',
    faults: [
      '2:22 san_hosts.hqs8.hostname: The hostname "010.0.0.1" is neither a DNS name nor a whole IP address; write an IPv4 address as four numbers without leading zeros, for example 10.0.0.5.',
    ],
  },
  {
    name: 'proxy_jump to itself',
    from: 'hqs8.storage.local, ',
    to: 'hqs8.storage.local, proxy_jump: hqs8,',
    faults: ['2:54 san_hosts.hqs8.proxy_jump: proxy_jump goes round in a circle (hqs8 → hqs8); take one of them out.'],
  },
  {
    name: 'proxy_jump in a circle',
    from: 'hostname: hqs8.storage.local,  ssh_user: zfsadmin }\n  hqs10: { ',
    to: 'proxy_jump: hqs10, hostname: hqs8.storage.local,  ssh_user: zfsadmin }\n  hqs10: { proxy_jump: hqs8, ',
    faults: [
      '2:24 san_hosts.hqs8.proxy_jump: proxy_jump goes round in a circle (hqs8 → hqs10 → hqs8); take one of them out.',
      '3:24 san_hosts.hqs10.proxy_jump: proxy_jump goes round in a circle (hqs10 → hqs8 → hqs10); take one of them out.',
    ],
  },
  {
    name: 'online not a time',
    from: 'hqs8.storage.local, ',
    to: 'hqs8.storage.local, online: weekends,',
    faults: [
      '2:50 san_hosts.hqs8.online: "weekends" is no time to be online; write always, on_demand, or hours such as "Sat 20:00-Sun 08:00" or "Mon-Fri 22:00-06:00".',
    ],
  },
  {
    name: 'online with an hour too many',
    from: 'hqs8.storage.local, ',
    to: 'hqs8.storage.local, online: "Sat 25:00-Sun 08:00",',
    faults: [
      '2:50 san_hosts.hqs8.online: "Sat 25:00-Sun 08:00" is no time to be online; write always, on_demand, or hours such as "Sat 20:00-Sun 08:00" or "Mon-Fri 22:00-06:00".',
    ],
  },
  {
    name: 'online as truth value',
    from: 'hqs8.storage.local, ',
    to: 'hqs8.storage.local, online: true,',
    faults: ['2:50 san_hosts.hqs8.online: Must be text; found true.'],
  },
  {
    name: 'pair with an unknown host',
    from: 'primary: hqs8\n',
    to: 'primary: hqs9\n',
    faults: ['8:14 pairs.0.primary: There is no host hqs9 under san_hosts. Did you mean hqs8?'],
  },
  {
    name: 'pair with a host like nothing',
    from: 'primary: hqs8\n',
    to: 'primary: backup\n',
    faults: [
      '8:14 pairs.0.primary: There is no host backup under san_hosts. Add it, or write one of hqs8, hqs10, hqs1, hqs7.',
    ],
  },
  {
    name: 'two pairs of one name',
    from: 'HQS10 → HQS7',
    to: 'HQS8 → HQS1',
    faults: [
      '12:11 pairs.1.name: There are two pairs named "HQS8 → HQS1"; give one another name, or put their datasets together.',
    ],
  },
]

test('a directory that ssh cannot be given is a fault of the file in it', () => {
  const input = { text: PRODUCT_YAML, env: {}, now: 0, readFile: () => '' }
  const faults = (file: string) => (loadConfig({ ...input, file }).faults ?? []).map(({ message }) => message)
  expect(faults('/srv/100%/app-config.yaml')).toEqual([
    'ssh cannot be given the path "/srv/100%"; it must begin with / and hold no quotes, \\ % ~ $ or control characters. Move the configuration to such a directory.',
  ])
  expect(faults('/srv/a b/app-config.yaml')).toEqual([])
})

test.each(REFUSALS)('hosts and pairs are refused: $name', ({ from, to, faults }) => {
  expect(faultsOf(changed(from, to))).toEqual([...faults])
})
