import { notYet, proved, type Row } from './row.ts'

const CONFIG = 'tests/app/configuration.test.ts'
const ROUTES = 'tests/api/routes.test.ts'
const NTH = 'tests/faults/nth-call.test.ts'
const TRANSFERS = 'tests/faults/transfers.test.ts'
const NO_LOGIN = 'accounts and sessions have only just come: not provoked from outside yet'
const NO_NOTICES = 'there are no notifications yet'

/** Rows 73 to 105: configuration, database, process, people, and what only the whole shows. */
export const WITNESS: readonly Row[] = [
  proved(
    73,
    'configuration: reload during a run, invalid, removed, duplicate, huge, bomb',
    `${CONFIG} > a file that became invalid changes nothing: the faults are shown, the old one stays in force`,
    `${CONFIG} > a dataset whose repair is under way cannot be removed; afterwards it can, and it is gone`,
    'config/load-text.test.ts > a bomb of aliases is refused before it fills the memory',
    'config/load-mappings.test.ts > mappings are refused: $name',
  ),
  proved(
    74,
    'injection through the configuration',
    'config/load-hosts.test.ts > hosts and pairs are refused: $name',
    'lib/ssh/config-file.test.ts > refuses a %s that would say something else: %j',
    'lib/zfs/commands.test.ts > a word outside the grammar never reaches a command line',
  ),
  proved(
    75,
    'database locked by another process',
    'lib/db/failures.test.ts > a lock held by another process is a StoreError of kind busy, and passes',
    `${NTH} > %s: any statement of the database fails, or is the last one of its process`,
  ),
  proved(
    76,
    'second instance on the same data',
    `${CONFIG} > a second service in the same data directory is refused with 7, naming the process that has it`,
    'lib/db/owner-lock.test.ts > in another process is seen, and freed by the kernel when that is killed -9',
  ),
  proved(
    77,
    'disk full for the database',
    'lib/db/failures.test.ts > a full disk is a StoreError of kind full; the transaction is gone as a whole and reading goes on',
    `${NTH} > %s: any statement of the database fails, or is the last one of its process`,
  ),
  proved(
    78,
    'database damaged',
    'lib/db/open.test.ts > %s is moved aside and an empty one started, which says so',
    `${NTH} > %s: any statement of the database fails, or is the last one of its process`,
  ),
  proved(
    79,
    'database of a newer version',
    'lib/db/open.test.ts > of a newer schema is refused untouched, with both numbers and what to do',
    `${CONFIG} > a database of a newer version is left alone, in a plain sentence`,
  ),
  proved(
    80,
    'SIGKILL at the n-th statement, all n',
    `${NTH} > %s: any statement of the database fails, or is the last one of its process`,
    `${NTH} > %s: the witness is killed before or after any call to a SAN or to the database`,
    'lib/db/sigkill.test.ts > killed -9 in the middle of writing, %s times, it loses nothing that was acknowledged',
  ),
  proved(
    81,
    'SIGKILL at 100 moments of a transfer',
    `${TRANSFERS} > killed at a hundred moments of a transfer: each time the next process heals it`,
    'tests/app/killed.test.ts > SIGKILL of the service: the run is INTERRUPTED, its processes end by themselves, and a start resumes it',
  ),
  proved(
    82,
    'SIGTERM during a transfer, a scan, a migration',
    'tests/app/killed.test.ts > SIGTERM: it ends with 0, leaves nothing running, and the next start resumes',
    'lib/db/open.test.ts > is left exactly as it was by an upgrade that %s, and the next try succeeds',
  ),
  proved(
    83,
    'remote zfs killed',
    'tests/app/killed.test.ts > the receive dies on the backup: what it had saved is used',
    'tests/ssh/batch.test.ts > is killed there: its own result, 137',
  ),
  proved(
    84,
    'child that ignores SIGTERM, grandchild that holds the pipe',
    'lib/process/run-command.test.ts > also when it ignores SIGTERM and its child holds the output',
    'lib/process/run-command.test.ts > a grandchild that left the group cannot hold the result',
    'tests/ssh/orphans.test.ts > SIGKILL of the client ends what it runs on the hosts, %s',
  ),
  proved(
    85,
    'E2BIG, no ssh, EMFILE, EAGAIN on fork',
    'lib/process/no-room.test.ts > without a descriptor left a command is not started, which is a result; with some it is again',
    'lib/ssh/classify.test.ts > %s (again: %p): %s',
    'lib/process/run-command.test.ts > %s is a result, not an exception',
    'tests/ssh/faults.test.ts > an ssh that is not installed',
    'tests/ssh/batch.test.ts > a batch longer than one command line is split, and nobody notices',
  ),
  proved(
    86,
    'API fuzz',
    'tests/faults/fuzz.test.ts > whatever is asked of any route, in whatever form: an answer that says what is wrong, never a 500',
    `${ROUTES} > POST %s %p points to %s`,
    `${ROUTES} > %s %s takes no field that it does not know: a typo must not run`,
    'lib/runtime/coerce.test.ts > a key named __proto__ changes nothing but its own value',
  ),
  proved(
    87,
    'oversize and chunked bodies, large headers',
    `${ROUTES} > %s %s takes 64 KiB at most`,
    'lib/runtime/crowd.test.ts > headers of 30 kB are 431, and the next request is served',
  ),
  proved(
    88,
    'slowloris, 500 clients',
    'lib/runtime/crowd.test.ts > five hundred clients that never end their request keep nobody else out, and are cut off',
  ),
  proved(
    89,
    '500 open event streams, stalled readers',
    'lib/events/hub.test.ts > five hundred who ask and never read: the cap holds, and of an hour of events little is kept',
    'tests/api/events.test.ts > HEAD opens no stream, and a full house is 503',
    'lib/events/sse.test.ts > by no longer reading is cut off after a minute, but not for having been quiet before',
  ),
  proved(
    90,
    'CSRF, JSON from another site, no origin, DNS rebinding',
    'lib/runtime/server.test.ts > over TCP only known host names are answered, over the unix socket any',
    'lib/auth/guard.test.ts > not %s',
    'lib/auth/guard.test.ts > the public address is an origin of ours, no other',
  ),
  proved(91, 'every route without a right to it', `${ROUTES} > this table holds every route`, `${ROUTES} > %s %s`),
  notYet(92, 'login by brute force', NO_LOGIN),
  notYet(93, 'session after password change, logout, expiry', NO_LOGIN),
  proved(94, 'X-Forwarded-For without a trusted proxy', 'lib/auth/client-address.test.ts > X-Forwarded-For: %s'),
  proved(
    95,
    'two operators press repair at once, the schedule too',
    'tests/app/asking.test.ts > of many who press repair at once one gets a run, the others are told which',
    'lib/db/runs.test.ts > of twenty at the same moment one gets the run, the others its id',
  ),
  proved(
    96,
    'repair with an outdated plan',
    'tests/app/asking.test.ts > a plan whose ground has shifted is PLAN_STALE, in words; nothing was sent',
    'tests/app/asking.test.ts > a plan is good for ten minutes; later, or unknown, it is PLAN_EXPIRED',
  ),
  proved(
    97,
    'cancel while waiting, during a transfer',
    'tests/app/asking.test.ts > a transfer that is cancelled keeps what arrived, leaves no process, and is resumed by the next repair',
    'tests/app/asking.test.ts > a repair that still waits can be cancelled, and nothing was changed',
  ),
  notYet(98, 'webhook slow, failing, redirecting', NO_NOTICES),
  notYet(
    99,
    'storm of notifications',
    `${NO_NOTICES}; one alarm for all hosts is proved`,
    'tests/app/way.test.ts > all hosts gone: one alarm of the witness itself',
  ),
  proved(
    100,
    'data directory read-only or missing',
    'lib/db/open.test.ts > that cannot be made is an error that says so',
    'lib/db/open.test.ts > a file that only cannot be opened is not moved aside',
  ),
  proved(
    101,
    'container: PID 1, zombies, another uid, read-only root',
    'tests/image/checks.ts > SIGTERM in the middle of a transfer: it ends with 0 and leaves nothing; the next container resumes',
    'tests/image/checks.ts > in all that, nothing else was written to its files',
    'tests/image/checks.ts > a user of its own, its volumes, a health check, and tini before everything',
  ),
  proved(
    102,
    'OpenZFS without snapshots_changed',
    'tests/app/hosts.test.ts > a zfs that does not know snapshots_changed (before 2.2) is asked without it',
  ),
  proved(
    103,
    'receive finished, its end not seen',
    'tests/bed/bed.test.ts > one fault of the %s is survived: %j',
    `${NTH} > %s: any remote command fails, hangs, is killed, garbled or cut off`,
  ),
  proved(
    104,
    'both ends report success, the guid is absent',
    `${TRANSFERS} > both ends report success and nothing has arrived: FAILED, loudly`,
  ),
  proved(
    105,
    'different answers on two reads',
    `${TRANSFERS} > a host that answers every other time is never taken for one that has nothing`,
    `${NTH} > %s: any remote command fails, hangs, is killed, garbled or cut off`,
  ),
]
