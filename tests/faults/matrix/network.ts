import { notYet, proved, type Row } from './row.ts'

const APP = 'tests/app/hosts.test.ts'
const WAY = 'tests/app/way.test.ts'
const SSH = 'tests/ssh/faults.test.ts'
const BATCH = 'tests/ssh/batch.test.ts'
const WIRE = 'tests/faults/network.test.ts'
const NTH = 'tests/faults/nth-call.test.ts > %s: any remote command fails, hangs, is killed, garbled or cut off'

/** Rows 1 to 30: the way to a host, its keys, accounts and logins. */
export const NETWORK: readonly Row[] = [
  proved(
    1,
    'primary unreachable (refused)',
    `${SSH} > a port where nobody listens`,
    'tests/ssh/retry.test.ts > after three failures the stored answer comes at once, until a probe finds the host again',
    `${WAY} > a backup that is off: UNKNOWN, HOST_UNREACHABLE, and the other one is as ever`,
  ),
  proved(
    2,
    'backup unreachable (timeout)',
    `${WIRE} > a host that takes no packet: timeout within its ConnectTimeout, and it may be tried again`,
  ),
  proved(3, 'DNS fails', `${SSH} > a name that nobody knows`),
  proved(
    4,
    'network cut mid-scan',
    `${WIRE} > a connection that dies without a word in the middle of a listing: noticed, and the answer is not used`,
    'lib/ssh/batch-output.stdout.test.ts > cut off at any byte, no command is reported that had not ended',
    NTH,
  ),
  proved(
    5,
    'network cut mid-transfer, both ways',
    'tests/app/killed.test.ts > the sshd of the backup goes away in the middle and comes back: healed without a person',
    NTH,
  ),
  proved(
    6,
    'cut on the receive leg only',
    'tests/app/killed.test.ts > the ssh to %s killed half-way: the same run goes on from where it was',
    NTH,
  ),
  proved(
    7,
    'cut on the send leg only',
    'tests/app/killed.test.ts > the ssh to %s killed half-way: the same run goes on from where it was',
    NTH,
  ),
  proved(
    8,
    'half-open TCP (reboot of a SAN)',
    `${WIRE} > half-open on the way to the %s: both ends of the transfer end here`,
    'tests/bed/bed.test.ts > one fault of the %s is survived: %j',
  ),
  proved(
    9,
    'slow link',
    'tests/zfs/sending.test.ts > a transfer that lasts three scan intervals makes no dataset stale',
    'tests/ssh/transfer.test.ts > the limit of pv holds',
    'lib/engine/small-parts.test.ts > time left of %p of %p at %p',
  ),
  proved(
    10,
    'latency 200 ms',
    `${WIRE} > a way of 200 ms: an answer over the open connection takes few round trips`,
    'tests/app/scan.test.ts > with nothing changed: one ssh command for each host, over the connection that is open, and no snapshot listed',
  ),
  proved(
    11,
    'stall with live keepalives',
    'tests/app/limits.test.ts > a transfer in which no byte moves for stall_minutes is ended, and goes on from what had arrived',
    'tests/ssh/transfer.test.ts > stalled: the receiver sees the end of its stream and may save what it has',
  ),
  proved(
    12,
    'stall at 100 % (a long sync at the end)',
    `${WIRE} > a receiver that is silent long after the last byte is left alone until the stall limit, and no longer`,
  ),
  proved(13, 'server silent after accept', `${SSH} > a listener that says nothing`),
  proved(
    14,
    'server stalls in the key exchange',
    `${WIRE} > a server that falls silent in the key exchange: given up, said to be a time-out`,
  ),
  proved(15, 'not an ssh server', `${SSH} > something that is no SSH server of this age`),
  proved(
    16,
    'wrong host key',
    `${SSH} > another one than before: never retried, the new fingerprint is shown`,
    `${WAY} > another host key than the pinned one: HOST_KEY_CHANGED, and nothing is asked of that host`,
  ),
  proved(
    17,
    'unknown host key',
    `${SSH} > unknown: the cure is named; accepting the right fingerprint cures it, another one changes nothing`,
    `${WAY} > a host key that nobody has pinned: not reached, with the command that pins it`,
  ),
  proved(18, 'host key rotated, both pinned', `${SSH} > a key being rotated: both pinned, one of them fits`),
  proved(
    19,
    'key refused',
    `${SSH} > a key that the host does not know: asked once, and not again until something changes`,
    `${WAY} > a key that the hosts do not take: AUTH_FAILED after one attempt each, for they lock out who tries again`,
  ),
  proved(
    20,
    'key file readable by others, missing, with a passphrase',
    `${SSH} > a private key that ssh would refuse is found before the host is asked`,
  ),
  notYet(
    21,
    'PerSourcePenalties lock-out',
    'needs an sshd of 9.8 or newer, which Debian 12 has not; what it says is recognised, and one probe after a lock-out is proved',
    'lib/ssh/classify.test.ts > %s (again: %p): %s',
    'lib/ssh/breaker.test.ts > %s opens it at once, for long: a locked-out witness sees nothing at all; a person who acted need not wait',
  ),
  proved(
    22,
    'MaxStartups refusals',
    `${WAY} > an sshd that takes no more connections: HOST_UNREACHABLE, naming MaxStartups; seen again as soon as it does`,
    `${SSH} > a server that takes no more connections`,
    `${BATCH} > forty at once share one connection, eight sessions at a time`,
  ),
  proved(
    23,
    'MaxSessions reached',
    `${BATCH} > a server that grants few sessions is used without its refusals being shown`,
  ),
  proved(
    24,
    'control connection killed mid-scan',
    `${BATCH} > is made anew after it was killed; the noise of it is not shown`,
    `${BATCH} > killed under a command: the outcome is unknown and said to be`,
  ),
  proved(25, 'stale control socket', `${BATCH} > stale sockets are cleared at the start, and none is left at the end`),
  proved(
    26,
    'banner, motd, .bashrc prints on stdout',
    `${BATCH} > noise on both outputs, before and after, is no part of an answer`,
    `${APP} > banners and .bashrc noise on either side disturb neither looking nor sending`,
  ),
  proved(
    27,
    'login shell csh, fish, zsh',
    'tests/ssh/shells.test.ts > runs a batch: every word arrives as it is, exit codes and outputs too',
    'tests/ssh/shells.test.ts > carries a transfer, and ends what runs when that is cancelled',
  ),
  proved(
    28,
    'nologin shell, locked account',
    `${SSH} > a login that runs %s`,
    'lib/ssh/classify.test.ts > an account without a shell says so on stdout',
  ),
  proved(
    29,
    'zfs not in the PATH',
    `${APP} > no zfs in the PATH: said in so many words, and nothing is taken for missing`,
  ),
  proved(30, 'sudo wants a password', 'tests/faults/reasons.test.ts > %s', 'lib/zfs/faults.test.ts > %p'),
]
