import { expect, test } from 'bun:test'
import { changed, faultsOf, type Refusal } from './load.fixture.ts'

/** The users' example with one change, and everything that is said about it: `line:column path: message`. */
const REFUSALS: readonly Refusal[] = [
  {
    name: 'warn beyond max',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'max_delay_hours: 72, warn_delay_hours: 96, auto_repair: true, dry',
    faults: [
      '11:106 pairs.0.datasets.0.warn_delay_hours: warn_delay_hours (96) is more than max_delay_hours (72); a warning must come first. Write a smaller warn_delay_hours, or leave it out for half.',
    ],
  },
  {
    name: 'warn of the defaults beyond max',
    from: 'scheduler:',
    to: 'defaults: { warn_delay_hours: 80 }\nscheduler:',
    faults: [
      '11:84 pairs.0.datasets.0.max_delay_hours: warn_delay_hours (80) is more than max_delay_hours (72); a warning must come first. Write a smaller warn_delay_hours, or leave it out for half.',
      '16:87 pairs.1.datasets.0.max_delay_hours: warn_delay_hours (80) is more than max_delay_hours (72); a warning must come first. Write a smaller warn_delay_hours, or leave it out for half.',
    ],
  },
  {
    name: 'recovery point within the minimum age',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'min_age_hours: 24, max_recovery_point_hours: 24, dry',
    faults: [
      '11:112 pairs.0.datasets.0.max_recovery_point_hours: max_recovery_point_hours (24) is not more than min_age_hours (24); no backup could ever meet it. Write a larger one.',
    ],
  },
  {
    name: 'unknown repair_when',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'repair_when: warn, dry',
    faults: ['11:80 pairs.0.datasets.0.repair_when: Must be behind, warning or broken; found "warn".'],
  },
  {
    name: 'on_diverged as list',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'on_diverged: [ask], dry',
    faults: ['11:80 pairs.0.datasets.0.on_diverged: Must be proven, set_aside or ask; found a list.'],
  },
  {
    name: 'keep_free without a unit',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'keep_free: 10, dry',
    faults: [
      '11:78 pairs.0.datasets.0.keep_free: "10" is neither a share nor a size of the pool; write for example 10% or 500GiB.',
    ],
  },
  {
    name: 'keep_free of everything',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'keep_free: 100%, dry',
    faults: [
      '11:78 pairs.0.datasets.0.keep_free: 100% would leave no room to receive anything; write at most 90%, for example 10%.',
    ],
  },
  {
    name: 'bandwidth without a unit',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'bandwidth_limit: 200, dry',
    faults: [
      '11:84 pairs.0.datasets.0.bandwidth_limit: "200" is not a rate; write a size a second, for example 200MiB/s.',
    ],
  },
  {
    name: 'bandwidth with half a unit',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'bandwidth_limit: 200M/s, dry',
    faults: ['11:84 pairs.0.datasets.0.bandwidth_limit: The unit M is not known; write 200MiB, with /s at the end.'],
  },
  {
    name: 'bandwidth without a second',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'bandwidth_limit: 200MiB, dry',
    faults: [
      '11:84 pairs.0.datasets.0.bandwidth_limit: "200MiB" is not a rate; write a size a second, for example 200MiB/s.',
    ],
  },
  {
    name: 'repair_window of one time',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'repair_window: "22:00", dry',
    faults: [
      '11:82 pairs.0.datasets.0.repair_window: "22:00" is not a window; write two times of day, for example "22:00-06:00".',
    ],
  },
  {
    name: 'repair_window of nothing',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'repair_window: "22:00-22:00", dry',
    faults: [
      '11:82 pairs.0.datasets.0.repair_window: "22:00-22:00" begins when it ends; leave repair_window out for any time.',
    ],
  },
  {
    name: 'snapshot pattern with an at',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'snapshot_exclude: ["x@auto*"], dry',
    faults: ['11:86 pairs.0.datasets.0.snapshot_exclude.0: Leave out everything up to the @: write "auto*".'],
  },
  {
    name: 'snapshot pattern with brackets',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'snapshot_include: ["auto[0-9]"], dry',
    faults: [
      '11:86 pairs.0.datasets.0.snapshot_include.0: The pattern "auto[0-9]" is refused; snapshot names have letters, digits and _ - : . only, with * for anything and ? for one character.',
    ],
  },
  {
    name: 'snapshot pattern as text',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'snapshot_include: auto*, dry',
    faults: ['11:85 pairs.0.datasets.0.snapshot_include: Must be a list, for example ["autosnap_*"]; found "auto*".'],
  },
  {
    name: 'snapshot_exclude of everything',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'snapshot_exclude: ["*"], dry',
    faults: [
      '11:85 pairs.0.datasets.0.snapshot_exclude: snapshot_exclude leaves out every snapshot (*); nothing could ever be replicated. Name the ones to leave out.',
    ],
  },
  {
    name: 'exclude with a slash first',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'recursive: true, exclude: [/tmp], dry',
    faults: ['11:94 pairs.0.datasets.0.exclude.0: Write "tmp": relative to the dataset, without a slash at the ends.'],
  },
  {
    name: 'send as text',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'send: raw, dry',
    faults: ['11:73 pairs.0.datasets.0.send: Must be a block such as { raw: true }; found "raw".'],
  },
  {
    name: 'send with an unknown key',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'send: { largeblocks: true }, dry',
    faults: ['11:75 pairs.0.datasets.0.send.largeblocks: Unknown key "largeblocks". Did you mean large_blocks?'],
  },
  {
    name: 'raw neither way',
    from: 'max_delay_hours: 72, auto_repair: true, dry',
    to: 'send: { raw: maybe }, dry',
    faults: ['11:80 pairs.0.datasets.0.send.raw: Must be true, false or auto; found "maybe".'],
  },
]

test.each(REFUSALS)('dataset settings are refused: $name', ({ from, to, faults }) => {
  expect(faultsOf(changed(from, to))).toEqual([...faults])
})
