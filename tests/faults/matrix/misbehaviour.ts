import { proved, type Row } from './row.ts'

const RULES = 'lib/simulator/misbehave/misbehave.test.ts'
const RECEIVE = 'lib/simulator/receiving/receive.test.ts'
const SSH = 'tests/ssh/faults.test.ts'
const BATCH = 'tests/ssh/batch.test.ts'

/** What the simulated SANs, a real sshd and the bed can be told to do wrong. */
export const MISBEHAVIOUR: readonly Row[] = [
  proved(
    1,
    'slow',
    `${RULES} > a throttled stream takes its time`,
    'tests/ssh/transfer.test.ts > the limit of pv holds',
  ),
  proved(
    2,
    'stall',
    `${RULES} > a stall stops the stream without an end`,
    `${RULES} > a hang lasts longer than patience`,
  ),
  proved(
    3,
    'cut after so many bytes, on either leg',
    `${RULES} > a command that %s`,
    'tests/bed/bed.test.ts > one fault of the %s is survived: %j',
  ),
  proved(4, 'garbled', `${RECEIVE} > a garbled byte breaks the receive, and the rest completes it`),
  proved(5, 'full pool', `${RECEIVE} > a full pool stops a receive, keeps the state, and goes on when there is room`),
  proved(
    6,
    'quota',
    'tests/faults/transfers.test.ts > a quota in the way: the run says so, it stops after two alike, and goes on when there is room',
  ),
  proved(7, 'busy', `${RECEIVE} > a snapshot that is being sent is busy, its base is not`),
  proved(8, 'missing right', 'tests/faults/transfers.test.ts > without %s: PERMISSION_MISSING, and it stops trying'),
  proved(9, 'wrong host key', `${SSH} > another one than before: never retried, the new fingerprint is shown`),
  proved(
    10,
    'refused key',
    `${SSH} > a key that the host does not know: asked once, and not again until something changes`,
  ),
  proved(
    11,
    'throttled sshd',
    `${SSH} > a server that takes no more connections`,
    `${BATCH} > a server that grants few sessions is used without its refusals being shown`,
  ),
  proved(12, 'banner or .bashrc noise', `${BATCH} > noise on both outputs, before and after, is no part of an answer`),
  proved(13, 'clock that is off', `${RULES} > a clock that is off is off for date and for new snapshots`),
  proved(
    14,
    'login shell csh, fish or zsh',
    'tests/ssh/shells.test.ts > runs a batch: every word arrives as it is, exit codes and outputs too',
  ),
  proved(
    15,
    'control connection that dies',
    `${BATCH} > is made anew after it was killed; the noise of it is not shown`,
  ),
  proved(
    16,
    'E2BIG',
    `${BATCH} > a batch longer than one command line is split, and nobody notices`,
    'lib/process/run-command.test.ts > %s is a result, not an exception',
  ),
  proved(
    17,
    'output that never ends',
    `${RULES} > endless output ends with its reader`,
    `${BATCH} > writes without end: cut off, and not taken for an answer`,
  ),
  proved(
    18,
    'invalid UTF-8',
    'lib/process/run-command.test.ts > stderr lines are handed on while it runs, also bad UTF-8 and one without a newline',
  ),
  proved(
    19,
    'escape sequences',
    'lib/ssh/classify.test.ts > what is shown of the other machine holds no control characters and is not long',
    'lib/cli/output.test.ts > nothing that a SAN says reaches the terminal as a command',
  ),
]
