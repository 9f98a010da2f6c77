import { expect, test } from 'bun:test'
import { changed, faultsOf, type Refusal } from './load.fixture.ts'

/** The users' example with one change, and everything that is said about it: `line:column path: message`. */
const REFUSALS: readonly Refusal[] = [
  {
    name: 'unknown key with a slip',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'max_delay_huors: 72, auto_repair: true, dry',
    faults: ['11:67 pairs.0.datasets.0.max_delay_huors: Unknown key "max_delay_huors". Did you mean max_delay_hours?'],
  },
  {
    name: 'camelCase key',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'maxDelayHours: 72, auto_repair: true, dry',
    faults: ['11:67 pairs.0.datasets.0.maxDelayHours: Unknown key "maxDelayHours". Did you mean max_delay_hours?'],
  },
  {
    name: 'key in the wrong section',
    from: '    primary: hqs8',
    to: '    max_delay_hours: 24\n    primary: hqs8',
    faults: [
      '8:5 pairs.0.max_delay_hours: The key max_delay_hours does not belong here; it belongs under defaults or a dataset.',
    ],
  },
  {
    name: 'unknown top-level key',
    from: 'scheduler:',
    to: 'shedule:',
    faults: ['17:1 shedule: Unknown key "shedule". Did you mean scheduler?'],
  },
  {
    name: 'key like nothing known',
    from: 'scheduler:',
    to: 'zebra: 1\nscheduler:',
    faults: [
      '17:1 zebra: Unknown key "zebra"; known here are san_hosts, pairs, defaults, ssh, scheduler, limits, auth, server, retention, metrics, notifications.',
    ],
  },
  {
    name: 'key twice',
    from: '    primary: hqs8\n',
    to: '    primary: hqs8\n    primary: hqs8\n',
    faults: ['9:5 pairs.0.primary: This key stands twice here; keep one of them.'],
  },
  {
    name: 'host id twice',
    from: '  hqs10: {',
    to: '  hqs8: {',
    faults: ['3:3 san_hosts.hqs8: This key stands twice here; keep one of them.'],
  },
  {
    name: 'tab indents',
    from: '  interval_minutes',
    to: '\tinterval_minutes',
    faults: ['18:1: A tab indents this line; YAML takes spaces only.'],
  },
  {
    name: 'broken flow map',
    from: 'ssh_user: zfsadmin }\n  hqs10',
    to: 'ssh_user: zfsadmin\n  hqs10',
    faults: ['3:3: Not valid YAML: Flow map in block collection must be sufficiently indented and end with a }.'],
  },
  {
    name: 'two documents',
    from: 'scheduler:',
    to: '---\nscheduler:',
    faults: ['17:1: A second document begins here (---); keep everything in one.'],
  },
  {
    name: 'unknown alias',
    from: 'primary: hqs8\n',
    to: 'primary: *nobody\n',
    faults: [
      '8:14 pairs.0.primary: This alias has no anchor before it; write the value itself, in quotes if it begins with *.',
    ],
  },
  {
    name: 'merge key',
    from: 'scheduler:\n',
    to: 'scheduler:\n  <<: { enabled: true }\n',
    faults: ['18:3 scheduler.<<: Merge keys (<<) are not known here; write common settings under defaults.'],
  },
  {
    name: '__proto__ key',
    from: 'scheduler:\n',
    to: '__proto__: 1\nscheduler:\n',
    faults: ['17:1: A key must be a plain word; put it in quotes if it is meant so.'],
  },
  {
    name: 'list as key',
    from: 'scheduler:\n',
    to: '[a, b]: 1\nscheduler:\n',
    faults: ['17:1: A key must be a plain word; put it in quotes if it is meant so.'],
  },
  {
    name: 'missing hostname',
    from: 'hostname: hqs8.storage.local,  ',
    to: '',
    faults: [
      '2:10 san_hosts.hqs8.hostname: The key hostname is missing (DNS name or IP address of the SAN); write for example hostname: hqs8.storage.local.',
    ],
  },
  {
    name: 'missing ssh_user',
    from: 'hqs8.storage.local,  ssh_user: zfsadmin',
    to: 'hqs8.storage.local',
    faults: [
      '2:10 san_hosts.hqs8.ssh_user: The key ssh_user is missing (Login name on the SAN); write for example ssh_user: zfsadmin.',
    ],
  },
  {
    name: 'missing dataset name',
    from: 'name: hqs8p1/HQS8DAT1, ',
    to: '',
    faults: [
      '11:9 pairs.0.datasets.0.name: The key name is missing (Dataset on the primary); write for example name: hqs8p1/HQS8DAT1.',
    ],
  },
  {
    name: 'missing backup_dataset',
    from: 'backup_dataset: hqs1p1/HQS8DAT1, ',
    to: '',
    faults: [
      '11:9 pairs.0.datasets.0.backup_dataset: The key backup_dataset is missing (Its backup on the backup host); write for example backup_dataset: hqs1p1/HQS8DAT1.',
    ],
  },
  {
    name: 'missing backup of a pair',
    from: '    backup: hqs1\n',
    to: '',
    faults: ['7:5 pairs.0.backup: The key backup is missing (Id of the host that receives it); add it.'],
  },
  {
    name: 'pairs missing',
    from: 'pairs:',
    to: 'pears:',
    faults: [
      '1:1 pairs: The key pairs is missing (Primary host → backup host, with the datasets between them); add it.',
      '6:1 pears: Unknown key "pears"; known here are san_hosts, pairs, defaults, ssh, scheduler, limits, auth, server, retention, metrics, notifications.',
    ],
  },
  {
    name: 'scheduler as a list',
    from: '  interval_minutes: 30',
    to: '  - 30',
    faults: ['18:3 scheduler: Must be a block such as { interval_minutes: 30 }; found a list.'],
  },
  {
    name: 'number in quotes',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'max_delay_hours: "72", auto_repair: true, dry',
    faults: [
      '11:84 pairs.0.datasets.0.max_delay_hours: Must be a number of hours from 0.1 to 87600, for example 72; found "72". Write the bare number, without quotes or unit.',
    ],
  },
  {
    name: 'number with a unit',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'max_delay_hours: 72h, auto_repair: true, dry',
    faults: [
      '11:84 pairs.0.datasets.0.max_delay_hours: Must be a number of hours from 0.1 to 87600, for example 72; found "72h". Write the bare number, without quotes or unit.',
    ],
  },
  {
    name: 'number too small',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'max_delay_hours: 0, auto_repair: true, dry',
    faults: [
      '11:84 pairs.0.datasets.0.max_delay_hours: Must be a number of hours from 0.1 to 87600, for example 72; found 0.',
    ],
  },
  {
    name: 'number negative',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'max_delay_hours: -1, auto_repair: true, dry',
    faults: [
      '11:84 pairs.0.datasets.0.max_delay_hours: Must be a number of hours from 0.1 to 87600, for example 72; found -1.',
    ],
  },
  {
    name: 'number not finite',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'max_delay_hours: .inf, auto_repair: true, dry',
    faults: [
      '11:84 pairs.0.datasets.0.max_delay_hours: Must be a number of hours from 0.1 to 87600, for example 72; found Infinity.',
    ],
  },
  {
    name: 'yes is text',
    from: 'auto_repair: true, dry',
    to: 'auto_repair: yes, dry',
    faults: ['11:101 pairs.0.datasets.0.auto_repair: Must be true or false; found "yes".'],
  },
  {
    name: 'empty value',
    from: 'dry_run: false',
    to: 'dry_run:',
    faults: [
      '11:116 pairs.0.datasets.0.dry_run: Must be true or false; found nothing (an empty value). Leave the key out for the default.',
    ],
  },
  {
    name: 'empty section',
    from: '  interval_minutes: 30\n',
    to: '',
    faults: [
      '17:11 scheduler: Must be a block such as { interval_minutes: 30 }; found nothing (an empty value). Leave the key out for the default.',
    ],
  },
  {
    name: 'interval of zero',
    from: 'interval_minutes: 30',
    to: 'interval_minutes: 0',
    faults: [
      '18:21 scheduler.interval_minutes: Must be a whole number of minutes from 1 to 1440, for example 30; found 0.',
    ],
  },
  {
    name: 'interval not whole',
    from: 'interval_minutes: 30',
    to: 'interval_minutes: 2.5',
    faults: [
      '18:21 scheduler.interval_minutes: Must be a whole number of minutes from 1 to 1440, for example 30; found 2.5.',
    ],
  },
]

test.each(REFUSALS)('keys and YAML are refused: $name', ({ from, to, faults }) => {
  expect(faultsOf(changed(from, to))).toEqual([...faults])
})
