import type { Sequence } from './operation.ts'

/** Sequences that broke an invariant once, as short as they could be made, and what was wrong then. */
export const REGRESSIONS: readonly (Sequence & { readonly was: string })[] = [
  {
    was: 'A clock set back by a minute made every look since then older than the last one: HEALTHY stood still.',
    seed: 11,
    operations: [
      { op: 'settle', a: 5244, b: 34767, c: 39828 },
      { op: 'expire', a: 39130, b: 37784, c: 27421 },
      { op: 'jump', a: 52781, b: 50384, c: 20814 },
      { op: 'check', a: 17722, b: 32899, c: 48117 },
    ],
  },
  {
    was: 'A check that had waited for one host overwrote what a later look had seen on the other.',
    seed: 2387,
    operations: [
      { op: 'scan', a: 42734, b: 59290, c: 2773 },
      { op: 'fault', a: 25530, b: 9811, c: 15719 },
      { op: 'check', a: 55916, b: 24073, c: 31038 },
    ],
  },
  {
    was: 'A scan right after a cancel still took the rest of the transfer for one under way, and the backup for missing.',
    seed: 50014,
    operations: [
      { op: 'snapshot', a: 49634, b: 3283, c: 3930 },
      { op: 'fault', a: 55854, b: 52447, c: 52645 },
      { op: 'destroySnapshot', a: 5117, b: 31677, c: 51389 },
      { op: 'reload', a: 17018, b: 29192, c: 5249 },
      { op: 'confirm', a: 54916, b: 54845, c: 12075 },
      { op: 'cancel', a: 63974, b: 20064, c: 35068 },
      { op: 'scan', a: 9044, b: 15216, c: 15130 },
    ],
  },
  {
    was: 'The soak itself: a witness killed at a call that outlasted the last step was never started again.',
    seed: 50204,
    operations: [
      { op: 'reload', a: 41140, b: 50936, c: 27934 },
      { op: 'killSoon', a: 27461, b: 58393, c: 24948 },
      { op: 'scan', a: 32592, b: 46816, c: 59833 },
    ],
  },
  {
    was: 'The checker: what was set aside with a receive that had been cut off was taken for a dataset that goes with it.',
    seed: 50019,
    operations: [
      { op: 'snapshot', a: 16812, b: 62755, c: 1490 },
      { op: 'foreign', a: 51991, b: 25747, c: 60929 },
      { op: 'writeBackup', a: 1443, b: 38679, c: 32390 },
    ],
  },
  {
    was: 'The checker: what a clone has from its origin was left out of what its snapshots hold.',
    seed: 50210,
    operations: [{ op: 'destroySnapshot', a: 17401, b: 14847, c: 16946 }],
  },
  {
    was: 'The record of a run that had destroyed what a person named lost that when a later try of it had another plan.',
    seed: 100437,
    operations: [
      { op: 'scan', a: 45863, b: 27793, c: 12339 },
      { op: 'inPlace', a: 52961, b: 34245, c: 22060 },
      { op: 'fault', a: 48077, b: 65204, c: 38246 },
      { op: 'snapshot', a: 27997, b: 20205, c: 50159 },
      { op: 'moment', a: 21992, b: 6392, c: 16566 },
      { op: 'inPlace', a: 28999, b: 53725, c: 21018 },
    ],
  },
  {
    was: 'The same, where the first try came straight after a start.',
    seed: 110164,
    operations: [
      { op: 'fault', a: 9091, b: 13482, c: 1159 },
      { op: 'snapshot', a: 28462, b: 9025, c: 25399 },
      { op: 'hours', a: 17888, b: 54123, c: 51604 },
      { op: 'inPlace', a: 10268, b: 614, c: 52786 },
    ],
  },
  {
    was: 'A listing was still believed after the host’s clock was set back to the second of its last change.',
    seed: 140040,
    operations: [
      { op: 'snapshotBackup', a: 20027, b: 17264, c: 55495 },
      { op: 'scan', a: 4300, b: 13475, c: 28750 },
      { op: 'jump', a: 41100, b: 5889, c: 6943 },
    ],
  },
  {
    was: 'The checker: a snapshot from the future was not eligible for it, for the product it is just new.',
    seed: 130084,
    operations: [
      { op: 'recreate', a: 21174, b: 40583, c: 52125 },
      { op: 'skew', a: 19482, b: 38303, c: 885 },
      { op: 'settle', a: 46312, b: 43000, c: 32202 },
    ],
  },
  {
    was: 'The soak itself: what a snapshot holds that a person agreed to lose was said to be lost.',
    seed: 110314,
    operations: [
      { op: 'expireBackup', a: 162, b: 46731, c: 27742 },
      { op: 'inPlace', a: 48536, b: 52695, c: 51372 },
    ],
  },
  {
    was: 'The checker: a swap that a full disk of the witness stopped half-way was said not to be one.',
    seed: 120107,
    operations: [
      { op: 'settle', a: 51431, b: 48087, c: 25270 },
      { op: 'writeBackup', a: 41135, b: 42845, c: 24372 },
      { op: 'repair', a: 63179, b: 62281, c: 46297 },
      { op: 'disk', a: 51552, b: 46824, c: 24126 },
      { op: 'settle', a: 11665, b: 58131, c: 33147 },
    ],
  },
  {
    was: 'The soak itself: a snapshot was taken of a backup that was being received for the first time, which ZFS refuses.',
    seed: 170097,
    operations: [
      { op: 'renameBackup', a: 39644, b: 1518, c: 2875 },
      { op: 'foreign', a: 44610, b: 366, c: 33028 },
      { op: 'repair', a: 18363, b: 53385, c: 60827 },
      { op: 'inPlace', a: 29822, b: 46994, c: 1680 },
    ],
  },
  {
    was: 'A host an hour ahead was taken for less, and a snapshot for too young: UP_TO_DATE with one that had just become due.',
    seed: 800202,
    world: 2,
    operations: [
      { op: 'skewAnHour', a: 31240, b: 10326, c: 50195 },
      { op: 'check', a: 27483, b: 47671, c: 65116 },
    ],
  },
  {
    was: 'The soak itself: settings that a full database had refused were taken for those in force.',
    seed: 800337,
    world: 2,
    operations: [
      { op: 'disk', a: 59801, b: 52200, c: 24596 },
      { op: 'reload', a: 45693, b: 43905, c: 33894 },
      { op: 'deadReplication', a: 50563, b: 33162, c: 52854 },
    ],
  },
  {
    was: 'The soak itself: the oracle did not know that the witness had looked at one dataset, and took its rhythm for shorter.',
    seed: 900154,
    world: 2,
    operations: [
      { op: 'lookAtOne', a: 52461, b: 13665, c: 1794 },
      { op: 'deadReplication', a: 10279, b: 49469, c: 63206 },
    ],
  },
  {
    was: 'The same of a check that repairs came out of: it was not judged, and what it saw was forgotten.',
    seed: 900052,
    world: 2,
    operations: [
      { op: 'hours', a: 8037, b: 39145, c: 56318 },
      { op: 'oddChild', a: 45612, b: 43356, c: 52556 },
      { op: 'scan', a: 38772, b: 24394, c: 6891 },
      { op: 'minutes', a: 9943, b: 53123, c: 1709 },
      { op: 'snapshot', a: 14311, b: 53195, c: 46390 },
      { op: 'otherNames', a: 26240, b: 54882, c: 10798 },
    ],
  },
  {
    was: 'The soak itself: a dataset that a person had paused was to catch up, because another reason not to stood first.',
    seed: 900062,
    world: 2,
    operations: [{ op: 'pause', a: 41591, b: 37944, c: 54548 }],
  },
  {
    was: 'The simulator: of a first receive that was resumed it counted bytes twice, and a set-aside took less than nothing.',
    seed: 903365,
    world: 2,
    operations: [
      { op: 'fault', a: 23176, b: 9956, c: 59240 },
      { op: 'settle', a: 34600, b: 28387, c: 17708 },
      { op: 'snapshotEverything', a: 29028, b: 44534, c: 63858 },
      { op: 'repair', a: 17164, b: 52736, c: 58333 },
      { op: 'repair', a: 56061, b: 32059, c: 30214 },
      { op: 'oddChild', a: 28057, b: 5124, c: 36141 },
    ],
  },
  {
    was: 'What a promote had set aside below a backup of an encryption root was to leave it, and the swap stopped half-way.',
    seed: 905004,
    world: 2,
    operations: [
      { op: 'scan', a: 16566, b: 55661, c: 52249 },
      { op: 'otherNames', a: 24776, b: 19058, c: 14290 },
      { op: 'writeBackup', a: 34680, b: 58008, c: 33554 },
      { op: 'snapshot', a: 48253, b: 9449, c: 17549 },
      { op: 'snapshotBackup', a: 11055, b: 19271, c: 17682 },
      { op: 'scan', a: 14467, b: 47767, c: 58778 },
    ],
  },
]
