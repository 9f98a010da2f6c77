import { proved, type Row } from './row.ts'

const RULES = 'simulator/misbehave/misbehave.test.ts'
const REASONS = 'tests/faults/reasons.test.ts > %s'
const TRANSFERS = 'tests/faults/transfers.test.ts'
const HOSTS = 'tests/app/hosts.test.ts'
const ANSWERS = `${HOSTS} > a zfs that answers with %s: UNKNOWN, in words that can be shown`
const WAY = 'tests/app/way.test.ts'
const RECEIVE = 'simulator/receiving/receive.test.ts'
const SSH = 'tests/ssh/faults.test.ts'
const BATCH = 'tests/ssh/batch.test.ts'

/** What the simulated SANs, a real sshd and the bed can be told to do wrong, and what the product then says of it. */
export const MISBEHAVIOUR: readonly Row[] = [
  proved(
    1,
    'slow',
    `${RULES} > a throttled stream takes its time`,
    'tests/ssh/transfer.test.ts > slow is not stalled: as long as bytes move now and then it may take longer than the stall limit',
    'tests/faults/reasons.test.ts > so slow that it lasts for many looks: REPAIRING all the while, neither stalled nor stale',
  ),
  proved(
    2,
    'stall',
    `${RULES} > a stall stops the stream without an end`,
    `${RULES} > a hang lasts longer than patience`,
    'tests/app/limits.test.ts > a transfer in which no byte moves for stall_minutes is ended, and goes on from what had arrived',
    REASONS,
  ),
  proved(3, 'cut after so many bytes, on either leg', `${RULES} > a command that %s`, REASONS),
  proved(
    4,
    'garbled',
    `${RECEIVE} > a garbled byte breaks the receive, and the rest completes it`,
    `${HOSTS} > a listing that fails half-way, and one that is garbage, are unknown and never empty`,
    REASONS,
  ),
  proved(
    5,
    'full pool',
    `${RECEIVE} > a full pool stops a receive, keeps the state, and goes on when there is room`,
    'tests/faults/reasons.test.ts > into a pool that fills up meanwhile: out-of-space, LOW_SPACE, and the rest once there is room',
  ),
  proved(6, 'quota', `${TRANSFERS} > a quota that no look can see: the run says so, and is not tried for ever`),
  proved(7, 'busy', `${RECEIVE} > a snapshot that is being sent is busy, its base is not`, REASONS),
  proved(8, 'missing right', `${TRANSFERS} > without %s: PERMISSION_MISSING, and it stops trying`),
  proved(
    9,
    'wrong host key',
    `${SSH} > another one than before: never retried, the new fingerprint is shown`,
    `${WAY} > another host key than the pinned one: HOST_KEY_CHANGED, and nothing is asked of that host`,
  ),
  proved(
    10,
    'refused key',
    `${SSH} > a key that the host does not know: asked once, and not again until something changes`,
    `${WAY} > a key that the hosts do not take: AUTH_FAILED after one attempt each, for they lock out who tries again`,
  ),
  proved(
    11,
    'throttled sshd (MaxStartups, MaxSessions)',
    `${SSH} > a server that takes no more connections`,
    `${WAY} > an sshd that takes no more connections: HOST_UNREACHABLE, naming MaxStartups; seen again as soon as it does`,
    `${BATCH} > a server that grants few sessions is used without its refusals being shown`,
  ),
  proved(
    12,
    'banner or .bashrc noise',
    `${BATCH} > noise on both outputs, before and after, is no part of an answer`,
    `${HOSTS} > banners and .bashrc noise on either side disturb neither looking nor sending`,
  ),
  proved(
    13,
    'clock that is off',
    `${RULES} > a clock that is off is off for date and for new snapshots`,
    `${HOSTS} > a clock that is off is CLOCK_SKEW, with how far`,
  ),
  proved(
    14,
    'login shell csh, fish or zsh',
    'tests/ssh/shells.test.ts > runs a batch: every word arrives as it is, exit codes and outputs too',
    'tests/ssh/shells.test.ts > carries a transfer, and ends what runs when that is cancelled',
  ),
  proved(
    15,
    'control connection that dies',
    `${BATCH} > is made anew after it was killed; the noise of it is not shown`,
    `${WAY} > a control connection that dies under a look: HOST_UNREACHABLE in its words, and the next look has a new one`,
  ),
  proved(
    16,
    'E2BIG',
    `${BATCH} > a batch longer than one command line is split, and nobody notices`,
    'lib/process/run-command.test.ts > %s is a result, not an exception',
    ANSWERS,
  ),
  proved(
    17,
    'output that never ends',
    `${RULES} > endless output ends with its reader`,
    `${BATCH} > writes without end: cut off, and not taken for an answer`,
    `${HOSTS} > a zfs that writes without end: cut off, UNKNOWN, and nothing of it is left there`,
  ),
  proved(
    18,
    'invalid UTF-8',
    'lib/process/run-command.test.ts > stderr lines are handed on while it runs, also bad UTF-8 and one without a newline',
    ANSWERS,
  ),
  proved(
    19,
    'escape sequences',
    'lib/ssh/classify.test.ts > what is shown of the other machine holds no control characters and is not long',
    'lib/cli/output.test.ts > nothing that a SAN says reaches the terminal as a command',
    ANSWERS,
  ),
]
