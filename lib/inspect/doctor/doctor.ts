import type { Config, HostConfig } from '#config/effective.ts'
import type { Ssh, SshSettings } from '#lib/ssh/types.ts'
import { hasAppendOnlyReceive, type ZfsVersion } from '#lib/zfs/answers.ts'
import { parentOf, poolOf } from '#lib/zfs/names.ts'
import { askHost, type Hello, type HostAnswers, sayHello, tryTcp } from './ask-host.ts'
import { checkBackup, checkDataset, checkPool, isUnknown, seenIn } from './dataset.ts'
import { checkClock, checkHostKey, checkKey, checkLogin, checkShell, checkUid } from './login.ts'
import type { OpenFile } from './open-files.ts'
import { checkPath, checkThroughput } from './path.ts'
import { checkRights, checkStreams } from './rights.ts'
import { placesOf, questionsFor, type Survey, survey, type Watched } from './survey.ts'
import {
  bad,
  type CheckName,
  type DoctorReport,
  type DoctorRequest,
  type Finding,
  type Found,
  type HostFacts,
  type Subject,
  skipped,
} from './types.ts'
import {
  checkAccess,
  checkBackups,
  checkData,
  checkFiles,
  checkNotifications,
  checkSchedule,
  type DatabaseAsked,
} from './witness.ts'
import { checkFeatures, checkVersions, checkZfs, versionText } from './zfs.ts'

interface DoctorParts {
  readonly config: () => Config
  readonly watched: () => readonly Watched[]
  readonly ssh: Ssh & { reset(host: string): void }
  readonly settings: () => Promise<SshSettings>
  readonly limits: () => { readonly silenceMs: number; readonly timeoutMs: number }
  readonly database: DatabaseAsked
  readonly dataDirectory: string
  readonly openFiles: () => Promise<readonly OpenFile[]>
  readonly uid: number
  readonly now: () => number
  /** Called for every host that was examined. */
  readonly remember: (facts: HostFacts) => void
}

/** Looks at everything that replication rests on, in the order in which one thing needs the other. Writes to no SAN. */
export async function examine(parts: DoctorParts, request: DoctorRequest): Promise<DoctorReport> {
  const startedAt = parts.now()
  const config = parts.config()
  const settings = await parts.settings()
  const scope = survey(config, parts.watched(), request.host)
  const { signal } = request
  const hosts = await Promise.all(scope.hosts.map((host) => examineHost(parts, host, scope.watched, settings, signal)))
  // The other ends of its pairs, where only one host was asked for: looked at, not reported.
  const asked = new Set(scope.hosts.map(({ id }) => id))
  const ends = [...config.hosts.values()].filter(
    ({ id }) => !asked.has(id) && scope.pairs.some(({ primary, backup }) => primary === id || backup === id),
  )
  const others = await Promise.all(ends.map((host) => examineHost(parts, host, scope.watched, settings, signal)))
  const known = new Map([...hosts, ...others].map((examined) => [examined.host.id, examined]))
  for (const { host, hello, version } of known.values()) {
    if (hello === null || hello.fault !== null) continue
    const zfsVersion = version === null ? null : versionText(version)
    parts.remember({ host: host.id, at: parts.now(), zfsVersion, login: hello.user })
  }
  const witness: Subject = { kind: 'witness', id: '' }
  const findings: Finding[] = [
    ...tagged('UID', witness, [await checkUid(parts.uid, parts.dataDirectory)]),
    ...hosts.flatMap((host) => host.findings),
    ...(await examinePairs(parts, scope, known, request)),
    ...scope.watched.flatMap((dataset) => examineDataset(dataset, known)),
    ...tagged('DATA', witness, [await checkData(parts.dataDirectory, parts.database.integrity)]),
    ...tagged('DATABASE', witness, [checkBackups(parts.database.backups(), parts.now())]),
    ...tagged('FILES', witness, checkFiles(await parts.openFiles())),
    ...tagged('SCHEDULE', witness, [checkSchedule(config.scheduler, parts.now())]),
    ...tagged('NOTIFICATIONS', witness, [checkNotifications(config.notifications)]),
    ...tagged('ACCESS', witness, [checkAccess(config)]),
  ]
  return { startedAt, finishedAt: parts.now(), findings }
}

/** One pair after the other: measured side by side they would slow each other down. */
async function examinePairs(
  { ssh }: DoctorParts,
  { pairs, watched }: Survey,
  known: ReadonlyMap<string, HostExamined>,
  { throughput, signal }: DoctorRequest,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const pair of pairs) {
    const at: Subject = { kind: 'pair', id: pair.name }
    const primary = known.get(pair.primary)
    const backup = known.get(pair.backup)
    const silent = [primary, backup].find((host) => host?.hello == null || host.hello.fault !== null)
    if (primary === undefined || backup === undefined || silent !== undefined) {
      const who = silent?.host.id ?? pair.primary
      findings.push(...tagged('PATH', at, [skipped(`No bytes could be sent: ${who} does not answer.`)]))
      continue
    }
    const versions = checkVersions(
      { host: pair.primary, version: primary.version },
      { host: pair.backup, version: backup.version },
    )
    findings.push(...tagged('ZFS', at, [versions]))
    const pools = new Map(
      watched
        .filter(({ mapping }) => mapping.primary.host === pair.primary && mapping.backup.host === pair.backup)
        .map(({ mapping }) => [poolOf(mapping.primary.dataset), poolOf(mapping.backup.dataset)] as const)
        .map((both) => [both.join(' '), both]),
    )
    for (const [from, to] of pools.values()) {
      const found = checkFeatures(
        { host: pair.primary, pool: from, features: primary.answers?.features.get(from) },
        { host: pair.backup, pool: to, features: backup.answers?.features.get(to) },
      )
      findings.push(...tagged('FEATURES', at, [found]))
    }
    findings.push(...tagged('PATH', at, [await checkPath(ssh, pair.primary, pair.backup, signal)]))
    if (throughput === true)
      findings.push(...tagged('THROUGHPUT', at, [await checkThroughput(ssh, pair.primary, pair.backup, signal)]))
  }
  return findings
}

function examineDataset(
  { id, mapping, config }: Watched,
  known: ReadonlyMap<string, HostExamined>,
): readonly Finding[] {
  const at: Subject = { kind: 'dataset', id }
  const seen = (host: string, name: string) => seenIn(known.get(host)?.answers?.probe ?? null, host, name)
  const { primary, backup } = mapping
  const there = seen(backup.host, backup.dataset)
  const parent = seen(backup.host, parentOf(backup.dataset) ?? backup.dataset)
  const found = checkDataset(mapping, config.policy, seen(primary.host, primary.dataset), there, parent)
  const canmount = known.get(backup.host)?.answers?.canmount.get(backup.dataset)
  return [
    ...tagged('DATASET', at, [found]),
    ...(there === 'missing' || isUnknown(there) ? [] : tagged('BACKUP', at, [checkBackup(mapping, there, canmount)])),
  ]
}

function tagged(check: CheckName, subject: Subject, found: readonly Found[]): readonly Finding[] {
  return found.map((each) => ({ ...each, check, subject }))
}

interface HostExamined {
  readonly host: HostConfig
  readonly findings: readonly Finding[]
  readonly hello: Hello | null
  readonly version: ZfsVersion | null
  /** Null: nothing of ZFS could be asked. */
  readonly answers: HostAnswers | null
}

/** Checks 2 to 7 and 9 on one host, in their order; what cannot be looked at because of an earlier one says so. */
async function examineHost(
  parts: DoctorParts,
  host: HostConfig,
  watched: readonly Watched[],
  settings: SshSettings,
  signal?: AbortSignal,
): Promise<HostExamined> {
  const findings: Finding[] = []
  const add = (check: CheckName, ...found: readonly Found[]): void => {
    for (const each of found) findings.push({ ...each, check, subject: { kind: 'host', id: host.id } })
  }
  const way = settings.hosts.find(({ id }) => id === host.id)
  if (way === undefined) {
    add('LOGIN', bad(`${host.id} is not known to ssh.`, 'Reload the configuration: zwitness config reload.'))
    return { host, findings, hello: null, version: null, answers: null }
  }
  add('KEY', await checkKey(way, parts.uid))
  // A person asks: the host is really tried, whatever it answered last.
  parts.ssh.reset(host.id)
  const [tcp, hello] = await Promise.all([
    host.proxyJump === null ? tryTcp(host.hostname, host.port, host.connectTimeoutSeconds * 1000) : null,
    sayHello(parts.ssh, host, { ...parts.limits(), signal }),
  ])
  add('HOST_KEY', await checkHostKey(way, settings, hello.fault))
  add('LOGIN', checkLogin({ host, tcp, fault: hello.fault, latencyMs: hello.latencyMs, user: hello.user }))
  if (hello.fault !== null) {
    add('ZFS', skipped(`Nothing more could be asked of ${host.id}: no login.`))
    return { host, findings, hello, version: null, answers: null }
  }
  add('SHELL', checkShell(host.id, hello.user ?? host.sshUser, hello.echo, hello.noise))
  const zfs = checkZfs(host.id, host.zfsCommand, hello.version)
  add('ZFS', zfs.found)
  if (!zfs.usable) {
    add('RIGHTS', skipped(`Rights, pools and datasets of ${host.id} could not be asked for.`))
    return { host, findings, hello, version: zfs.version, answers: null }
  }
  const questions = questionsFor(host, watched)
  const answers = await askHost(parts.ssh, questions, hello.offsetSeconds, {
    ...parts.limits(),
    signal,
    now: parts.now,
  })
  add('CLOCK', checkClock(host.id, answers.probe.skewSeconds))
  const appendOnly = zfs.version !== null && hasAppendOnlyReceive(zfs.version)
  const places = placesOf(host, watched, { appendOnly, own: answers.own })
  const holder = { user: hello.user ?? host.sshUser, groups: hello.groups }
  const { grants, sudoRefuses } = answers
  const asked = { host, uid: hello.uid, holder, places, grants, appendOnly, sudoRefuses }
  add('RIGHTS', ...checkRights(asked), ...checkStreams(asked))
  for (const pool of questions.pools) {
    const facts = answers.probe.pools === null ? undefined : (answers.probe.pools.get(pool) ?? null)
    const isBackup = questions.backups.some((name) => name === pool || name.startsWith(`${pool}/`))
    add('POOL', checkPool({ host: host.id, pool, facts, status: answers.status.get(pool), isBackup, now: parts.now() }))
  }
  return { host, findings, hello, version: zfs.version, answers }
}
