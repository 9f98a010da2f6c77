// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file's own syntax
import { expect, test } from 'bun:test'
import { faultsOf, load } from './notifications.fixture.ts'

const NTFY = { type: 'ntfy', url: 'https://ntfy.sh/topic' }
const MAIL = { type: 'email', host: 'mail.example.org', from: 'w@example.org', to: ['ops@example.org'] }

test.each<[string, unknown, readonly string[]]>([
  ['no list', { channels: NTFY }, ['notifications.channels: Must be a list of channels; found a block of keys.']],
  ['an unknown key', { chanels: [] }, ['notifications.chanels: Unknown key "chanels". Did you mean channels?']],
  [
    'no type',
    { channels: [{ url: 'https://x.example' }] },
    [
      'notifications.channels.0.type: The key type is missing (Type of the channel: email, webhook, ntfy, slack, discord, teams, gotify, telegram or apprise); add it.',
    ],
  ],
  [
    'a type that is none',
    { channels: [{ type: 'pigeon' }] },
    [
      'notifications.channels.0.type: The type of a channel must be email, webhook, ntfy, slack, discord, teams, gotify, telegram or apprise; found "pigeon".',
    ],
  ],
  [
    'text for a channel',
    { channels: ['ntfy'] },
    [
      'notifications.channels.0: Must be a block such as { type: ntfy, url: https://ntfy.sh/your-topic }; found "ntfy".',
    ],
  ],
  [
    'a key of another type',
    { channels: [{ ...NTFY, chat_id: '1' }] },
    [
      'notifications.channels.0.chat_id: Unknown key "chat_id"; known here are type, name, min_severity, events, pairs, quiet_hours, critical, url, token, ca_file, url_file, token_file.',
    ],
  ],
  [
    'no address',
    { channels: [{ type: 'slack' }] },
    [
      'notifications.channels.0: The channel slack has no url (Address of the incoming webhook); write url, or url_file with the path of a file that holds it.',
    ],
  ],
  [
    'an address that is none, which may be a secret',
    { channels: [{ type: 'slack', url: 'T0/B0/s3cret' }] },
    [
      'notifications.channels.0.url: Is no web address (it is not shown); write it with http:// or https:// and without a user, for example https://hooks.slack.com/services/T000/B000/your-key.',
    ],
  ],
  [
    'an address without a topic',
    { channels: [{ type: 'ntfy', url: 'https://ntfy.sh/' }] },
    [
      'notifications.channels.0.url: Is no address of a topic (it is not shown); write for example https://ntfy.sh/your-topic.',
    ],
  ],
  [
    'a key of a signature that is none',
    { channels: [{ type: 'webhook', url: 'https://x.example', secret: 'whsec_c2hvcnQ=' }] },
    [
      'notifications.channels.0.secret: Is no key of a signature (it is not shown); write whsec_ and 24 to 64 bytes in base64. This makes one: echo "whsec_$(head -c 32 /dev/urandom | base64)".',
    ],
  ],
  [
    'a token of a bot that is none',
    { channels: [{ type: 'telegram', token: 's3cret', chat_id: '1' }] },
    [
      'notifications.channels.0.token: Is no token of a bot (it is not shown); write it as BotFather gave it: digits, a colon, and the rest.',
    ],
  ],
  [
    'a chat as a number',
    { channels: [{ type: 'telegram', token: '1:x', chat_id: -100 }] },
    ['notifications.channels.0.chat_id: Must be text; write it in quotes: "-100".'],
  ],
  [
    'two of one name',
    { channels: [NTFY, NTFY] },
    [
      'notifications.channels.1.type: There are two channels named ntfy; give one a name of its own, for example name: ntfy-2.',
    ],
  ],
  [
    'a name that is none',
    { channels: [{ ...NTFY, name: 'on call' }] },
    [
      'notifications.channels.0.name: The name "on call" is refused; write letters, digits and _ . - only, beginning with a letter or digit, at most 63.',
    ],
  ],
  [
    'an event that is none',
    { channels: [{ ...NTFY, events: ['dataset.broke'] }] },
    ['notifications.channels.0.events.0: There is no event "dataset.broke". Did you mean dataset.broken?'],
  ],
  [
    'a pair that is not there',
    { channels: [{ ...NTFY, pairs: ['HQS8 → HQS2'] }] },
    ['notifications.channels.0.pairs.0: There is no pair named "HQS8 → HQS2". Did you mean HQS8 → HQS1?'],
  ],
  [
    'quiet hours that are none',
    { channels: [{ ...NTFY, quiet_hours: '22-7' }] },
    [
      'notifications.channels.0.quiet_hours: "22-7" is not a window; write two times of day, for example "22:00-06:00".',
    ],
  ],
  [
    'quiet hours without an end',
    { channels: [{ ...NTFY, quiet_hours: '22:00-22:00' }] },
    ['notifications.channels.0.quiet_hours: "22:00-22:00" begins when it ends; leave quiet_hours out for none.'],
  ],
  [
    'a severity',
    { channels: [{ ...NTFY, min_severity: 'BROKEN' }] },
    ['notifications.channels.0.min_severity: Must be critical, warning or info; found "BROKEN".'],
  ],
  [
    'a digest at no time',
    { digest: '8am' },
    ['notifications.digest: "8am" is not a time of day; write for example "08:00".'],
  ],
  ['a report too often', { report: 'daily' }, ['notifications.report: Must be weekly or monthly; found "daily".']],
  [
    'a time that never ends',
    { warn_for: '30d' },
    ['notifications.warn_for: 30d is too long; write at most 7d, for example 30m.'],
  ],
  [
    'a switch without an address',
    { deadman: [{}] },
    ['notifications.deadman.0: The address is missing; write url, or url_file with the path of a file that holds it.'],
  ],
  [
    'a switch of another form',
    { deadman: [{ url: 'https://x.example', kind: 'cronitor' }] },
    ['notifications.deadman.0.kind: Must be healthchecks or uptime_kuma; found "cronitor".'],
  ],
  [
    'mail for nobody',
    { channels: [{ ...MAIL, to: [] }] },
    ['notifications.channels.0.to: Names nobody; write for example [ops@example.org].'],
  ],
  [
    'mail for no address',
    { channels: [{ ...MAIL, to: ['ops'] }] },
    [
      'notifications.channels.0.to.0: "ops" is no mail address; write for example ops@example.org, or "On call <ops@example.org>".',
    ],
  ],
  [
    'a second header in an address',
    { channels: [{ ...MAIL, from: 'a@b.c\r\nBcc: x@y.z' }] },
    [
      'notifications.channels.0.from: "a@b.c\\r\\nBcc: x@y.z" is no mail address; write for example ops@example.org, or "On call <ops@example.org>".',
    ],
  ],
  [
    'a host with its port',
    { channels: [{ ...MAIL, host: 'mail:25' }] },
    ['notifications.channels.0.host: "mail:25" is no host; write a DNS name or an IP address, and its port into port.'],
  ],
  [
    'a password in the clear',
    { channels: [{ ...MAIL, security: 'none', username: 'w', password: 's3cret' }] },
    [
      'notifications.channels.0.security: The password would go over the network in the clear; write starttls or tls, or leave username and password out.',
    ],
  ],
  [
    'a user without a password',
    { channels: [{ ...MAIL, username: 'w' }] },
    [
      'notifications.channels.0.username: Is there without password; write password or password_file, or leave both out.',
    ],
  ],
])('is refused: %s', (_, section, faults) => {
  expect(faultsOf(section)).toEqual([...faults])
  expect(faults.join(' ')).not.toContain('s3cret')
})

test.each([
  ['a report that no mail carries', { report: 'weekly', channels: [NTFY] }, 'notifications.report'],
  ['a digest for nobody', { digest: '08:00' }, 'notifications.digest'],
])('a warning: %s', (_, section, path) => {
  expect(load(section).config?.warnings.map((each) => each.path)).toEqual([path])
  // Where a channel is unsound, it is not said that there is none.
  expect(load({ ...section, channels: [{ type: 'email' }] }).faults?.map((each) => each.path)).not.toContain(path)
})
