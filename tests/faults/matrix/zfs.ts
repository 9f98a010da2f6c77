import { notYet, proved, type Row } from './row.ts'

const APP = 'tests/app/hosts.test.ts'
const SANS = 'tests/faults/sans.test.ts'
const TRANSFERS = 'tests/faults/transfers.test.ts'
const CONFORMANCE = 'tests/zfs/conformance.test.ts > %s: the simulator answers as this OpenZFS does now'
const MESSAGES = 'lib/zfs/faults.test.ts > %p'

/** Rows 31 to 72: pools, datasets, snapshots, tokens, rights, clocks, names and what hosts may answer. */
export const ZFS: readonly Row[] = [
  proved(
    31,
    'zfs list exits 1 with partial rows',
    `${APP} > a listing that fails half-way, and one that is garbage, are unknown and never empty`,
    'lib/san/batch-answer.test.ts > is asked for together, and one by one where that fails',
    'tests/zfs/seeing.test.ts > a listing that fails is UNKNOWN and never empty; a dataset that is missing blinds no other',
  ),
  proved(
    32,
    'pool not imported, SUSPENDED, DEGRADED',
    `${SANS} > a pool that is %s is POOL_UNAVAILABLE, and nothing is sent`,
    `${SANS} > a degraded backup pool goes on receiving, and it is said`,
    'tests/zfs/seeing.test.ts > a pool that is exported is POOL_UNAVAILABLE, not a missing dataset',
  ),
  proved(
    33,
    'zfs hangs',
    'tests/ssh/slow-listing.test.ts > a zfs that hangs altogether is given up after two listings; the host is slow, not unreachable, and no breaker opens',
    'tests/ssh/batch.test.ts > hangs: what ended before is kept, and nothing stays behind there',
  ),
  proved(
    34,
    'dataset missing on the backup',
    'tests/app/healing.test.ts > a missing backup is seeded from the oldest snapshot, read-only, and then gets the others',
    'tests/zfs/core/healing.test.ts > three behind, and a backup that is missing, both end HEALTHY with the same guids',
  ),
  proved(35, 'dataset missing on the primary', `${SANS} > a primary dataset that is gone: its backup is kept as it is`),
  proved(
    36,
    'dataset renamed on the primary between look and send',
    `${SANS} > a primary renamed between the look and the send: nothing is sent; named back, it heals`,
  ),
  proved(
    37,
    'dataset destroyed and made anew under its name',
    `${SANS} > a primary made anew under its old name: nothing is put over the backup`,
    'lib/replication/judge/primary.test.ts > PRIMARY_REPLACED: another dataset guid, and the backup holds what it lacks',
  ),
  proved(
    38,
    'snapshot destroyed before its send',
    `${SANS} > the snapshot to be sent is destroyed before its send: planned anew, up to the one before`,
  ),
  proved(
    39,
    'base destroyed mid-send',
    `${SANS} > the base is destroyed while the stream is under way: it arrives, and the next plan has another base`,
  ),
  proved(
    40,
    'same name, another guid',
    `${SANS} > the backup has a snapshot of its own under a name that is to come: NAME_CLASH, it is set aside and not overwritten`,
  ),
  proved(
    41,
    'backup has an extra snapshot newer than the base',
    'tests/app/asking.test.ts > own snapshots of the backup that changed nothing are no hindrance: they stay, the others come',
  ),
  proved(
    42,
    'backup modified',
    `${SANS} > a backup that was written to: BACKUP_MODIFIED, it is set aside and not rolled back`,
  ),
  proved(43, 'no common snapshot', `${SANS} > no common snapshot any more: NO_COMMON_SNAPSHOT, the old backup stays`),
  proved(
    44,
    'only a bookmark in common',
    'tests/app/healing.test.ts > a base that lives on only as a bookmark is enough',
  ),
  proved(
    45,
    'foreign receive active on the backup',
    `${TRANSFERS} > a receive of somebody else is waited for; what it leaves is resumed when it has stood still`,
  ),
  proved(
    46,
    'abandoned token, valid',
    'tests/bed/bed.test.ts > killed in the middle of a transfer, the next process resumes it',
    'tests/zfs/core/healing.test.ts > a transfer whose ssh is killed half-way is resumed by the same run; only the rest is sent again',
  ),
  proved(
    47,
    'token whose snapshot or base is gone',
    `${TRANSFERS} > a partial receive whose snapshot is gone from the primary: said, offered, and not thrown away`,
    'lib/zfs/token.test.ts > of a stale token: the facts are printed, the size is not',
    CONFORMANCE,
  ),
  proved(48, 'token corrupt or cut', 'lib/zfs/token.test.ts > %s is no answer', MESSAGES, CONFORMANCE),
  proved(49, 'token and a new snapshot on the backup', MESSAGES, CONFORMANCE),
  proved(50, 'receive -A refused', 'lib/zfs/commands.test.ts > nothing that destroys can be built', CONFORMANCE),
  proved(
    51,
    'quota or pool full mid-receive',
    `${TRANSFERS} > a quota in the way, on the pool itself: said before anything is sent, and it goes on when there is room`,
    `${TRANSFERS} > a quota that no look can see: the run says so, and is not tried for ever`,
    'simulator/receiving/receive.test.ts > a full pool stops a receive, keeps the state, and goes on when there is room',
    'tests/app/limits.test.ts > a repair that would leave less than keep_free is held, and says how much is needed',
  ),
  proved(52, 'primary pool full', `${TRANSFERS} > a full primary pool can still be sent from`),
  proved(
    53,
    'permission denied: send, hold, receive, create, mount',
    `${TRANSFERS} > without %s: PERMISSION_MISSING, and it stops trying`,
    `${TRANSFERS} > without bookmark it heals, and says that the chain is not anchored`,
    `${TRANSFERS} > the recommended rights are enough`,
    CONFORMANCE,
  ),
  proved(
    54,
    'receive ends with 0 and property warnings',
    `${TRANSFERS} > a receive that ends well with complaints is a success with a warning`,
  ),
  proved(
    55,
    'encrypted primary, key not loaded',
    'lib/replication/encryption.test.ts > by `auto` nothing that a backup says sends it decrypted',
    'lib/replication/judge/warnings.test.ts > encryption: %s',
    CONFORMANCE,
  ),
  proved(
    56,
    'raw onto a history that is not raw',
    MESSAGES,
    'lib/replication/judge/warnings.test.ts > encryption: %s',
    CONFORMANCE,
  ),
  notYet(
    57,
    'large blocks without -L',
    'the message is recognised; a chain that was begun with -L is always sent with -L, so it was not provoked',
    MESSAGES,
  ),
  proved(
    58,
    'volume against filesystem',
    `${SANS} > a volume on the primary, a filesystem under the name of its backup: nothing is sent`,
  ),
  proved(
    59,
    'clone whose origin is outside the set',
    `${SANS} > a clone whose origin is no part of it is sent as a whole`,
  ),
  proved(60, 'held snapshot on the backup', `${SANS} > a hold on the backup is no hindrance, and is still there`),
  proved(
    61,
    'clocks that differ',
    `${APP} > a clock that is off is CLOCK_SKEW, with how far`,
    "lib/replication/judge/delay.test.ts > ages go by the primary's clock, and a skew over a minute is said with both times",
  ),
  proved(
    62,
    'creation against createtxg',
    `${SANS} > snapshots whose dates run against their order are sent in their order`,
    'lib/replication/obvious-listing.test.ts > row 6: a clock that was set back does not make the newest snapshot an old one',
  ),
  proved(
    63,
    'clock of the witness steps',
    'lib/runtime/schedule.test.ts > a clock that is set back by hours stops no schedule and doubles no tick: %s',
    'lib/runtime/schedule.test.ts > a machine that slept for an hour makes up for one tick at most',
    'lib/replication/compare.test.ts > a creation in the future is age 0, not a negative age',
  ),
  proved(
    64,
    'DST in spring and autumn',
    'lib/replication/windows.availability.test.ts > a window over the change of the clock ends by the clock on the wall: 13 hours in autumn, 11 in spring',
    'lib/text/zoned-time.test.ts > a time that the clock skips becomes the one after the gap; of a doubled one the first counts',
  ),
  proved(
    65,
    'suspended for hours',
    'lib/runtime/schedule.test.ts > a machine that slept for an hour makes up for one tick at most',
    'tests/zfs/away.test.ts > a backup SAN that is away for three of its windows and comes back is caught up without a person and without a host alarm',
  ),
  notYet(
    66,
    '10,000 snapshots in one dataset',
    'paging and linear time are proved, the page in a browser is not',
    'lib/replication/compare.test.ts > a million entries are compared in linear time: ten times the snapshots, not a hundred times the work',
    'tests/api/reading.test.ts > paging goes on where it was, even when that snapshot is gone',
  ),
  notYet(
    67,
    '1,000 datasets with 1,000 snapshots',
    'time and memory are measured by `npm run bench`; of these tests only linear time is one',
    'lib/replication/compare.test.ts > a million entries are compared in linear time: ten times the snapshots, not a hundred times the work',
  ),
  proved(
    68,
    'names that are hard to read',
    'lib/zfs/snapshot-listing.properties.test.ts > whatever a host may hold comes back exactly, in the order of createtxg',
    'lib/text/shell.test.ts > arrives unchanged in sh and bash, whatever it holds, also quoted twice',
    CONFORMANCE,
  ),
  proved(
    69,
    'forged rows by a user property',
    'lib/zfs/commands.test.ts > neither does a property with a newline in it',
    'lib/zfs/dataset-listing.test.ts > %s is a fault of the whole listing',
  ),
  proved(
    70,
    '100 MB of garbage, a line without end',
    'tests/app/hosts.test.ts > a zfs that writes without end: cut off, UNKNOWN, and nothing of it is left there',
    'tests/ssh/batch.test.ts > writes without end: cut off, and not taken for an answer',
    'lib/process/run-command.test.ts > one enormous line does not break the limit',
  ),
  proved(
    71,
    'invalid UTF-8, escape sequences, bidi in stderr',
    'tests/app/hosts.test.ts > a zfs that answers with %s: UNKNOWN, in words that can be shown',
    'lib/process/run-command.test.ts > stderr lines are handed on while it runs, also bad UTF-8 and one without a newline',
    'lib/text/clean.test.ts > %p becomes %p',
    'lib/cli/output.test.ts > nothing that a SAN says reaches the terminal as a command',
  ),
  proved(
    72,
    'markup in a hold tag, banner, stderr',
    'tests/api/page.test.ts > a name from a SAN is text, in the page and in the data for the island',
    'tests/browser/runtime-island.test.ts > an island comes to life under the CSP, and a hostile prop stays text',
  ),
]
