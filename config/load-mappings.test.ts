import { expect, test } from 'bun:test'
import { changed, faultsOf, loaded, type Refusal } from './load.fixture.ts'

/** The users' example with one change, and everything that is said about it: `line:column path: message`. */
const REFUSALS: readonly Refusal[] = [
  {
    name: 'dataset name with a snapshot',
    from: 'name: hqs8p1/HQS8DAT1',
    to: 'name: hqs8p1/HQS8DAT1@daily',
    faults: [
      '11:17 pairs.0.datasets.0.name: The dataset name "hqs8p1/HQS8DAT1@daily" holds @ or #; write only the dataset, for example "hqs8p1/HQS8DAT1".',
    ],
  },
  {
    name: 'dataset name with a slash first',
    from: 'name: hqs8p1/HQS8DAT1',
    to: 'name: /hqs8p1/HQS8DAT1',
    faults: [
      '11:17 pairs.0.datasets.0.name: The dataset name "/hqs8p1/HQS8DAT1" begins with a slash; write it as "hqs8p1/HQS8DAT1".',
    ],
  },
  {
    name: 'dataset name with a blank',
    from: 'name: hqs8p1/HQS8DAT1',
    to: 'name: hqs8p1/my data',
    faults: [
      '11:17 pairs.0.datasets.0.name: The dataset name "hqs8p1/my data" holds a space; name the dataset without one (zfs rename), it is refused here.',
    ],
  },
  {
    name: 'dataset name with a shell word',
    from: 'name: hqs8p1/HQS8DAT1',
    to: 'name: hqs8p1/$$(reboot)',
    faults: [
      '11:17 pairs.0.datasets.0.name: The dataset name "hqs8p1/$(reboot)" holds "$"; ZFS takes letters, digits and _ - : . only.',
    ],
  },
  {
    name: 'dataset name an option',
    from: 'name: hqs8p1/HQS8DAT1',
    to: 'name: -r',
    faults: [
      '11:17 pairs.0.datasets.0.name: The dataset name "-r" must begin with a pool name, which begins with a letter.',
    ],
  },
  {
    name: 'dataset name reserved',
    from: 'name: hqs8p1/HQS8DAT1',
    to: 'name: mirror/data',
    faults: ['11:17 pairs.0.datasets.0.name: The pool name "mirror" is reserved by ZFS; no pool can have it.'],
  },
  {
    name: 'two mappings onto one backup',
    from: 'hqs10p1/HQS10DAT1, backup_dataset: hqs7p1/HQS10DAT1, max_delay_hours: 72, auto_repair: true }',
    to: 'hqs10p1/A, backup_dataset: hqs7p1/X }\n      - { name: hqs10p1/B, backup_dataset: hqs7p1/X }',
    faults: [
      '17:44 pairs.1.datasets.1.backup_dataset: hqs7:hqs7p1/X is already the backup of line 16 (hqs10p1/A); give every dataset a backup of its own.',
    ],
  },
  {
    name: "backup in another's recursive tree",
    from: 'hqs10p1/HQS10DAT1, backup_dataset: hqs7p1/HQS10DAT1, max_delay_hours: 72, auto_repair: true }',
    to: 'hqs10p1/A, backup_dataset: hqs7p1/X, recursive: true }\n      - { name: hqs10p1/B, backup_dataset: hqs7p1/X/b }',
    faults: [
      '17:44 pairs.1.datasets.1.backup_dataset: hqs7p1/X/b lies in the recursive tree of line 16 (hqs10p1/A); move it elsewhere, or add exclude: ["b"] there.',
    ],
  },
  {
    name: 'backup of itself',
    from: 'backup: hqs7\n    datasets:\n      - { name: hqs10p1/HQS10DAT1',
    to: 'backup: hqs10\n    datasets:\n      - { name: hqs7p1/HQS10DAT1',
    faults: [
      '16:51 pairs.1.datasets.0.backup_dataset: hqs7p1/HQS10DAT1 would be the backup of itself; write another dataset or another host.',
    ],
  },
  {
    name: 'backup inside its own recursive primary',
    from: 'backup: hqs7\n    datasets:\n      - { name: hqs10p1/HQS10DAT1,',
    to: 'backup: hqs10\n    datasets:\n      - { name: hqs7p1, recursive: true,',
    faults: [
      '16:58 pairs.1.datasets.0.backup_dataset: hqs7p1/HQS10DAT1 lies inside its own recursive primary; write a backup outside of hqs7p1.',
    ],
  },
  {
    name: 'the way back',
    from: 'backup_dataset: hqs7p1/HQS10DAT1, max_delay_hours: 72, auto_repair: true }',
    to: 'backup_dataset: hqs7p1/X }\n  - { name: back, primary: hqs7, backup: hqs10, datasets: [{ name: hqs7p1/X, backup_dataset: hqs10p1/HQS10DAT1 }] }',
    faults: [
      "17:94 pairs.2.datasets.0.backup_dataset: This is the way back of line 16 (hqs10p1/HQS10DAT1): each would be the other's backup. Keep one direction.",
    ],
  },
  {
    name: 'backup named like a set-aside',
    from: 'backup_dataset: hqs1p1/HQS8DAT1',
    to: 'backup_dataset: hqs1p1/A.zw-aside-20261122T000000Z',
    faults: [
      '11:50 pairs.0.datasets.0.backup_dataset: hqs1p1/A.zw-aside-20261122T000000Z is a name that a repair gives to what it sets aside; write the backup itself.',
    ],
  },
  {
    name: 'explicit id twice',
    from: 'max_delay_hours: 72',
    to: 'id: one, max_delay_hours: 72',
    faults: ['16:74 pairs.1.datasets.0.id: The id one is given twice; an id must be the only one of its kind.'],
  },
  {
    name: 'id with a slash',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'id: a/b, max_delay_hours: 72, auto_repair: true, dry',
    faults: [
      '11:71 pairs.0.datasets.0.id: The id "a/b" is refused; write letters, digits and _ . : - only, beginning with a letter or digit, at most 200.',
    ],
  },
]

test.each(REFUSALS)('mappings are refused: $name', ({ from, to, faults }) => {
  expect(faultsOf(changed(from, to))).toEqual([...faults])
})

const NESTED = (outer: string, inner: string) =>
  changed(
    'auto_repair: true }\n',
    `auto_repair: true${outer} }\n      - { name: hqs10p1/HQS10DAT1/special, backup_dataset: hqs7p1/special${inner} }\n`,
  )
const warningsOf = (text: string): readonly string[] =>
  loaded(text).config.warnings.map(({ line, path, message }) => `${line} ${path}: ${message}`)

test('a mapping inside of a recursive one is left out of its tree, and that is said with its line', () => {
  expect(warningsOf(NESTED(', recursive: true', ''))).toEqual([
    '17 pairs.1.datasets.1.name: hqs10p1/HQS10DAT1/special is a mapping of its own, so it is left out of the recursive tree of line 16 (hqs10p1/HQS10DAT1). What lies below it still belongs to that tree; write recursive: true here, or add exclude: ["special"] there.',
  ])
  expect(warningsOf(NESTED(', recursive: true', ', recursive: true'))).toEqual([
    '17 pairs.1.datasets.1.name: hqs10p1/HQS10DAT1/special is a mapping of its own, so it is left out of the recursive tree of line 16 (hqs10p1/HQS10DAT1).',
  ])
  expect(warningsOf(NESTED(', recursive: true, exclude: [special]', ''))).toEqual([])
  expect(warningsOf(NESTED('', ''))).toEqual([])
})
