import { connect } from 'node:net'
import type { HostConfig } from '#config/effective.ts'
import { groupAnswers, groupCommand } from '#lib/san/batch-answer.ts'
import { type Probe, probe } from '#lib/san/probe.ts'
import type { BatchOptions, BatchResult, CommandResult, RemoteCommand, RemoteFault, Ssh } from '#lib/ssh/types.ts'
import { parseOwnProperties, parsePropertyOfEach } from '#lib/zfs/answers.ts'
import { chunkNames } from '#lib/zfs/operand.ts'
import {
  type FeatureState,
  type PoolStatus,
  parsePoolFeatures,
  parsePoolStatus,
  parseZoneOffset,
} from '#lib/zfs/pool.ts'
import {
  getProperty,
  listOwnProperties,
  listRights,
  poolProperties,
  poolStatus,
  version,
} from '#lib/zfs/read-commands.ts'
import { type Grant, parseRights } from '#lib/zfs/rights.ts'

/** What there is to ask of one host. */
export interface HostQuestions {
  readonly host: HostConfig
  /** Every dataset on it that takes part. */
  readonly datasets: readonly string[]
  readonly backups: readonly string[]
  readonly pools: readonly string[]
  /** Datasets whose delegations matter. */
  readonly places: readonly string[]
  /** Commands that sudo is asked about; empty where zfs is not called through it. */
  readonly sudo: readonly (readonly string[])[]
}

/** How a host introduced itself. */
export interface Hello {
  readonly fault: RemoteFault | null
  readonly latencyMs: number
  readonly noise: string
  readonly echo: string | null
  readonly user: string | null
  readonly uid: number | null
  readonly groups: readonly string[]
  readonly offsetSeconds: number
  readonly version: CommandResult | null
}

/** What it said of its pools and datasets. A missing entry is not known. */
export interface HostAnswers {
  readonly probe: Probe
  readonly status: ReadonlyMap<string, PoolStatus>
  readonly features: ReadonlyMap<string, ReadonlyMap<string, FeatureState>>
  readonly grants: ReadonlyMap<string, readonly Grant[]>
  /** Names of each backup's own properties. */
  readonly own: ReadonlyMap<string, readonly string[]>
  readonly canmount: ReadonlyMap<string, string>
  /** Commands (joined) that sudo would not run. */
  readonly sudoRefuses: readonly (readonly string[])[]
}

const NOT_THERE: Hello = {
  fault: null,
  latencyMs: 0,
  noise: '',
  echo: null,
  user: null,
  uid: null,
  groups: [],
  offsetSeconds: 0,
  version: null,
}

/** Bytes. */
const A_FEW_LINES = 16 * 1024

export async function sayHello(ssh: Ssh, host: HostConfig, options: BatchOptions): Promise<Hello> {
  // By itself: how long this takes is how long a login takes.
  const login = await ssh.batch(host.id, [{ id: 'echo', argv: ['echo', 'zwitness'], maxBytes: A_FEW_LINES }], {
    ...options,
    tries: 1,
  })
  const echo = login.results.get('echo')
  if (echo === undefined) return { ...NOT_THERE, fault: login.fault, latencyMs: login.durationMs }
  const batch = await ssh.batch(
    host.id,
    [
      { id: 'user', argv: ['id', '-un'] },
      { id: 'uid', argv: ['id', '-u'] },
      { id: 'groups', argv: ['id', '-Gn'] },
      { id: 'zone', argv: ['date', '+%z'] },
      { id: 'version', argv: version(host.zfsCommand) },
    ].map((command) => ({ ...command, maxBytes: A_FEW_LINES })),
    { ...options, tries: 1 },
  )
  const said = (id: string): string | null => {
    const result = batch.results.get(id)
    return result?.exitCode === 0 ? result.stdout : null
  }
  const word = (id: string): string | null => /^[^\s\p{Cc}]{1,64}$/u.exec(said(id)?.trim() ?? '')?.[0] ?? null
  const uid = word('uid')
  return {
    fault: batch.results.size === 0 ? batch.fault : null,
    latencyMs: login.durationMs,
    noise: login.noise ?? '',
    echo: echo.stdout,
    user: word('user'),
    uid: uid !== null && /^\d+$/.test(uid) ? Number(uid) : null,
    groups: said('groups')?.trim().split(' ', 1000) ?? [],
    offsetSeconds: parseZoneOffset(said('zone') ?? '') ?? 0,
    version: batch.results.get('version') ?? null,
  }
}

export async function askHost(
  ssh: Ssh,
  questions: HostQuestions,
  offsetSeconds: number,
  options: BatchOptions & { readonly now: () => number },
): Promise<HostAnswers> {
  const { host, datasets, pools, places, backups, sudo } = questions
  const { now, ...batchOptions } = options
  const want = { host: host.id, datasets: datasets.map((name) => ({ name, recursive: false })) }
  const limits = { silenceMs: options.silenceMs ?? 60_000, timeoutMs: options.timeoutMs ?? 900_000, tries: 1 }
  const look = (columns: 'current' | 'before-2.2') =>
    probe({ ssh, host, want, columns, now, limits, signal: options.signal })
  const first = await look('current')
  const found = first.badProperty ? await look('before-2.2') : first

  const zfs = host.zfsCommand
  const groups = chunkNames(backups.filter((name) => found.facts.has(name)))
  const commands: RemoteCommand[] = [
    ...pools.flatMap((pool, at) => [
      { id: `status${at}`, argv: poolStatus(zfs, pool) },
      { id: `features${at}`, argv: poolProperties(zfs, pool) },
    ]),
    ...places.map((place, at) => ({ id: `rights${at}`, argv: listRights(zfs, place) })),
    ...sudo.map((argv, at) => ({ id: `sudo${at}`, argv })),
    ...groups.flatMap((names, at) => [
      groupCommand({ id: `own${at}`, names }, (some) => listOwnProperties(zfs, some)),
      groupCommand({ id: `canmount${at}`, names }, (some) => getProperty(zfs, some, 'canmount')),
    ]),
  ]
  const batch = await ssh.batch(host.id, commands, { ...batchOptions, tries: 1 })
  const out = (id: string): string | null => {
    const result = batch.results.get(id)
    return result?.exitCode === 0 ? result.stdout : null
  }
  const each = <T>(names: readonly string[], id: string, read: (text: string) => T): ReadonlyMap<string, T> =>
    new Map(
      names.flatMap((name, at): [string, T][] => {
        const text = out(`${id}${at}`)
        return text === null ? [] : [[name, read(text)]]
      }),
    )
  return {
    probe: found,
    status: each(pools, 'status', (text) => parsePoolStatus(text, offsetSeconds)),
    features: each(pools, 'features', parsePoolFeatures),
    grants: each(places, 'rights', parseRights),
    own: grouped(batch, groups, 'own', parseOwnProperties),
    canmount: grouped(batch, groups, 'canmount', parsePropertyOfEach),
    sudoRefuses: sudo.filter((_, at) => (batch.results.get(`sudo${at}`)?.exitCode ?? 0) !== 0),
  }
}

function grouped<T>(
  batch: BatchResult,
  groups: readonly (readonly string[])[],
  id: string,
  read: (text: string, names: readonly string[]) => ReadonlyMap<string, T> | null,
): ReadonlyMap<string, T> {
  const found = new Map<string, T>()
  for (const [at, names] of groups.entries()) {
    for (const answer of groupAnswers(batch, { id: `${id}${at}`, names })) {
      if (!('output' in answer)) continue
      for (const [name, value] of read(answer.output, answer.names) ?? []) found.set(name, value)
    }
  }
  return found
}

/** Milliseconds until a TCP connection stood, or why none did. */
export function tryTcp(hostname: string, port: number, timeoutMs: number): Promise<number | string> {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port })
    const end = (answer: number | string): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => end(`no answer within ${Math.round(timeoutMs / 1000)} s`), timeoutMs)
    socket.once('connect', () => end(performance.now() - startedAt))
    socket.once('error', (error) => end(error.message))
  })
}
