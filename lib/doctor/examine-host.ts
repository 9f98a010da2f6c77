import type { HostConfig } from '#config/effective.ts'
import type { SshSettings } from '#lib/ssh/types.ts'
import { hasAppendOnlyReceive, type ZfsVersion } from '#lib/zfs/answers.ts'
import { askHost, type Hello, type HostAnswers, sayHello } from './ask-host.ts'
import { checkHostKey } from './check-host-key.ts'
import { checkKey } from './check-key.ts'
import { checkClock, checkLogin, checkShell } from './check-login.ts'
import { checkPool } from './check-pool.ts'
import { checkRights } from './check-rights.ts'
import { checkStreams } from './check-streams.ts'
import { checkZfs } from './check-zfs.ts'
import type { DoctorParts } from './doctor.ts'
import { bad, skipped } from './found.ts'
import { placesOf, questionsFor, type Watched } from './survey.ts'
import { tryTcp } from './tcp.ts'
import type { CheckName, Finding, Found } from './types.ts'

export interface HostExamined {
  readonly host: HostConfig
  readonly findings: readonly Finding[]
  readonly hello: Hello | null
  readonly version: ZfsVersion | null
  /** Null: nothing of ZFS could be asked. */
  readonly answers: HostAnswers | null
}

/** Checks 2 to 7 and 9 on one host, in their order; what cannot be looked at because of an earlier one says so. */
export async function examineHost(
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
