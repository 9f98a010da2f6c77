// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file's own syntax
import { expect, test } from 'bun:test'
import { changed, faultsOf, type Refusal } from './load.fixture.ts'

/** The users' example with one change, and everything that is said about it: `line:column path: message`. */
const REFUSALS: readonly Refusal[] = [
  {
    name: 'bad cron',
    from: 'interval_minutes: 30',
    to: 'cron: "61 * * * *"',
    faults: [
      '18:9 scheduler.cron: The cron pattern "61 * * * *" is refused (Invalid value for minute: 61); write for example "*/30 * * * *" (minute hour day month weekday).',
    ],
  },
  {
    name: 'cron that never comes',
    from: 'interval_minutes: 30',
    to: 'cron: "0 0 30 2 *"',
    faults: [
      '18:9 scheduler.cron: The cron pattern "0 0 30 2 *" never comes; write for example "*/30 * * * *" (minute hour day month weekday).',
    ],
  },
  {
    name: 'cron too often',
    from: 'interval_minutes: 30',
    to: 'cron: "*/10 * * * * *"',
    faults: [
      '18:9 scheduler.cron: The cron pattern "*/10 * * * * *" comes more often than once a minute; write for example "*/30 * * * *" (minute hour day month weekday).',
    ],
  },
  {
    name: 'cron and interval',
    from: 'interval_minutes: 30',
    to: 'interval_minutes: 30\n  cron: "0 * * * *"',
    faults: ['19:9 scheduler.cron: Both cron and interval_minutes are given; keep one of them.'],
  },
  {
    name: 'bad time zone',
    from: 'interval_minutes: 30',
    to: 'timezone: Europe/Bielefeld',
    faults: [
      '18:13 scheduler.timezone: The time zone "Europe/Bielefeld" is not known; write an IANA name such as Europe/Berlin, or UTC.',
    ],
  },
  {
    name: 'a time of the verification that never comes',
    from: 'interval_minutes: 30',
    to: 'verify_cron: "0 0 30 2 *"',
    faults: [
      '18:16 scheduler.verify_cron: The cron pattern "0 0 30 2 *" never comes; write for example "*/30 * * * *" (minute hour day month weekday).',
    ],
  },
  {
    name: 'unset variable',
    from: 'hostname: hqs8.storage.local',
    to: 'hostname: "${HQS8_ADDRESS}"',
    faults: [
      '2:22 san_hosts.hqs8.hostname: The variable HQS8_ADDRESS is not set in the environment of the service; set it, or write the value here.',
    ],
  },
  {
    name: 'variable with a default',
    from: 'hostname: hqs8.storage.local',
    to: 'hostname: "${HQS8:-x}"',
    faults: [
      '2:22 san_hosts.hqs8.hostname: ${HQS8…} is not a variable; write ${NAME} with letters, digits and _ only (defaults as in ${NAME:-x} are not known here).',
    ],
  },
  {
    name: 'lone dollar',
    from: 'hostname: hqs8.storage.local',
    to: 'hostname: "a$b"',
    faults: [
      '2:22 san_hosts.hqs8.hostname: A lone $ stands here; write ${NAME} for a variable of the environment, or $$ for a dollar sign.',
    ],
  },
  {
    name: 'public_url not an address',
    from: 'scheduler:',
    to: 'server: { public_url: witness }\nscheduler:',
    faults: ['17:23 server.public_url: "witness" is not a web address; write for example https://witness.example.'],
  },
  {
    name: 'public_url with a password',
    from: 'scheduler:',
    to: 'server: { public_url: "https://a:b@w.example" }\nscheduler:',
    faults: ['17:23 server.public_url: The address holds a user or password; leave them out.'],
  },
  {
    name: 'retention of no days',
    from: 'scheduler:',
    to: 'retention: { logs_days: 0 }\nscheduler:',
    faults: ['17:25 retention.logs_days: Must be a whole number of days from 1 to 36500, for example 30; found 0.'],
  },
  {
    name: 'a log of next to nothing',
    from: 'scheduler:',
    to: 'retention: { logs_size: 10KiB }\nscheduler:',
    faults: [
      '17:25 retention.logs_size: 10KiB is too little to find out anything from; write at least 1MiB, for example 200MiB.',
    ],
  },
  {
    name: 'metrics that are half open',
    from: 'scheduler:',
    to: 'metrics: { public: viewers }\nscheduler:',
    faults: ['17:20 metrics.public: Must be true or false; found "viewers".'],
  },
  {
    name: 'cipher with a blank',
    from: 'scheduler:',
    to: 'ssh: { ciphers: ["aes 128"] }\nscheduler:',
    faults: [
      '17:18 ssh.ciphers.0: ssh has no cipher "aes 128"; write names as "ssh -Q cipher" prints them: aes128-gcm@openssh.com, aes256-gcm@openssh.com, chacha20-poly1305@openssh.com, aes128-ctr, aes192-ctr, aes256-ctr, aes128-cbc, aes192-cbc, aes256-cbc, 3des-cbc.',
    ],
  },
  {
    name: 'ssh option smuggled',
    from: 'scheduler:',
    to: 'ssh: { ProxyCommand: "touch /tmp/x" }\nscheduler:',
    faults: [
      '17:8 ssh.ProxyCommand: Unknown key "ProxyCommand"; known here are known_hosts_file, ciphers, server_alive_interval_seconds, server_alive_count_max, max_transfers, max_handshakes, connect_timeout_seconds.',
    ],
  },
  {
    name: 'secret in two places',
    from: 'scheduler:',
    to: 'notifications: { ping_url: a, ping_url_file: /run/secrets/ping }\nscheduler:',
    faults: ['17:46 notifications.ping_url_file: Both ping_url and ping_url_file are given; keep one.'],
  },
  {
    name: 'secret file missing',
    from: 'scheduler:',
    to: 'notifications: { ping_url_file: /run/secrets/none }\nscheduler:',
    faults: ['17:33 notifications.ping_url_file: The file "/run/secrets/none" cannot be read: it does not exist.'],
  },
  {
    name: 'secret of a wrong type is not shown',
    from: 'scheduler:',
    to: 'notifications: { ping_url: 12345 }\nscheduler:',
    faults: ['17:28 notifications.ping_url: Must be text; found something else (not shown).'],
  },
  {
    name: 'notification time without a unit',
    from: 'scheduler:',
    to: 'notifications: { warn_for: 30 }\nscheduler:',
    faults: ['17:28 notifications.warn_for: 30 of what? Write the unit: 30s, 30m, 30h or 30d.'],
  },
  {
    name: 'several at once',
    from: '  hqs8:  { hostname: hqs8.storage.local,  ssh_user: zfsadmin }',
    to: '  hqs8:  { hostname: "-x", ssh_user: "a b", prot: 2 }',
    faults: [
      '2:22 san_hosts.hqs8.hostname: The hostname "-x" is refused; write a DNS name (letters, digits, . and -) or an IP address.',
      '2:38 san_hosts.hqs8.ssh_user: The user "a b" is refused; write a login name of letters, digits and _ . -, beginning with a letter or _, at most 32.',
      '2:45 san_hosts.hqs8.prot: Unknown key "prot". Did you mean port?',
    ],
  },
]

test.each(REFUSALS)('sections, variables and secrets are refused: $name', ({ from, to, faults }) => {
  expect(faultsOf(changed(from, to))).toEqual([...faults])
})
