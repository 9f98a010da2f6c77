import type { HostConfig } from '#config/effective.ts'
import type { LoginRights, Sans } from '#lib/engine/ports.ts'
import type { SwapFacts } from '#lib/replication/types/inventory.ts'
import type { BatchOptions, BatchResult, CommandResult, Ssh } from '#lib/ssh/types.ts'
import { getValue, listPropertyNames, parseHeld, parseProperties, parsePropertyNames } from '#lib/zfs/answers.ts'
import { DATASET_COLUMNS_BEFORE_2_2 } from '#lib/zfs/columns.ts'
import { listCosts, listGuids, listIdentities, parseCosts, parseIdentities } from '#lib/zfs/cost-listing.ts'
import { listNamesBelow, longestBelow, parseDatasetListing, parsePoolListing } from '#lib/zfs/dataset-listing.ts'
import { parentOf } from '#lib/zfs/names.ts'
import { isPropertyOperand } from '#lib/zfs/operand.ts'
import { getProperties, listDatasets, listHolds, listPools, listRights, probeReceive } from '#lib/zfs/read-commands.ts'
import { type Grant, parseRights, rightsOf } from '#lib/zfs/rights.ts'
import { isResumeToken } from '#lib/zfs/token.ts'
import { WITNESS_MARK } from '#lib/zfs/witness-mark.ts'
import { guarded } from '#lib/zfs/write-commands.ts'
import { isAnswer } from './batch-answer.ts'
import { readBeside } from './beside.ts'
import {
  readDelegated,
  readEnclosing,
  readIvSets,
  readMarks,
  readOnlyDirectories,
  readQuotas,
  readSizes,
} from './foresee.ts'
import { spaceOf } from './probe.ts'

/** Snapshots in one command: far below what a line can hold, whatever their length. */
const HELD_AT_ONCE = 100

type SwapReader = Pick<
  Sans,
  | 'beside'
  | 'swapProperties'
  | 'rights'
  | 'keptProperties'
  | 'costs'
  | 'differs'
  | 'namesIn'
  | 'resumeToken'
  | 'heldBy'
  | 'receivesBeside'
  | 'pool'
  | 'ivSets'
  | 'enclosing'
  | 'quotas'
  | 'sizes'
  | 'marks'
  | 'onlyDirectories'
  | 'delegated'
>

/** What a swap or an in-place repair has to know, read only where one is planned. */
export function swapReader(
  ssh: Ssh,
  hostOf: (id: string) => HostConfig | undefined,
  options: (signal?: AbortSignal) => BatchOptions,
): SwapReader {
  const one = async (host: string, argv: (config: HostConfig) => readonly string[], signal?: AbortSignal) => {
    const config = hostOf(host)
    if (config === undefined) return undefined
    const batch = await ssh.batch(host, [{ id: 'one', argv: argv(config) }], options(signal))
    return batch.results.get('one')
  }
  /** One call of `read` for all that is asked of a host; answers by `host:name`. */
  async function eachHost<T extends { readonly host: string }, A>(
    asks: readonly T[],
    read: (host: HostConfig, own: readonly T[]) => Promise<ReadonlyMap<string, A>>,
  ): Promise<ReadonlyMap<string, A>> {
    const found = new Map<string, A>()
    await Promise.all(
      [...Map.groupBy(asks, ({ host }) => host)].map(async ([id, own]) => {
        const host = hostOf(id)
        if (host === undefined) return
        for (const [name, answer] of await read(host, own)) found.set(`${id}:${name}`, answer)
      }),
    )
    return found
  }
  return {
    ivSets: (asks, signal) =>
      eachHost(asks, (host, own) => {
        return readIvSets(
          ssh,
          host,
          own.map(({ base }) => base),
          options(signal),
        )
      }),
    enclosing: (asks, signal) =>
      eachHost(asks, (host, own) => {
        return readEnclosing(
          ssh,
          host,
          own.map(({ dataset }) => dataset),
          options(signal),
        )
      }),
    sizes: (asks, signal) =>
      eachHost(asks, (host, own) =>
        readSizes(
          ssh,
          host,
          own.map(({ snapshot }) => snapshot),
          options(signal),
        ),
      ),
    quotas: (asks, signal) =>
      eachHost(asks, (host, own) => {
        return readQuotas(
          ssh,
          host,
          own.map(({ dataset }) => dataset),
          options(signal),
        )
      }),
    marks: (asks, signal) =>
      eachHost(asks, (host, own) =>
        readMarks(
          ssh,
          host,
          own.map(({ dataset }) => dataset),
          options(signal),
        ),
      ),
    onlyDirectories: (asks, signal) =>
      eachHost(asks, (host, own) => readOnlyDirectories(ssh, host, own, options(signal))),
    delegated: (asks, signal) => eachHost(asks, (host, own) => readDelegated(ssh, host, own, options(signal))),
    beside: (asks, signal) => eachHost(asks, (host, own) => readBeside(ssh, host, own, options(signal))),
    swapProperties: (asks, signal) =>
      eachHost(asks, (host, own) => {
        return readSwapProperties(ssh, host, own, options(signal))
      }),
    async rights(id, dataset, signal) {
      const host = hostOf(id)
      return host === undefined ? null : readRights(ssh, host, dataset, options(signal))
    },
    async keptProperties(id, dataset, type, signal) {
      const names = guarded(type)
      const result = await one(id, ({ zfsCommand }) => getProperties(zfsCommand, dataset, names), signal)
      const read = result?.exitCode === 0 ? parseProperties(result.stdout, names) : null
      if (read?.fault !== null) return null
      const own = [...read.properties].filter(([, { source }]) => source === 'local' || source === 'received')
      return new Map(own.map(([name, { value }]) => [name, value]))
    },
    async costs(id, dataset, signal) {
      const result = await one(id, ({ zfsCommand }) => listCosts(zfsCommand, dataset), signal)
      return result?.exitCode === 0 ? parseCosts(result.stdout) : null
    },
    async differs(id, expects, signal) {
      if (expects.length === 0) return null
      const names = expects.map(({ name }) => name)
      const result = await one(id, ({ zfsCommand }) => listIdentities(zfsCommand, names), signal)
      // A name that is missing makes the listing end with 1; the rows of the others are true all the same.
      const found = result !== undefined && isAnswer(result) ? parseIdentities(result.stdout) : null
      if (found === null) return `${id} did not say what stands there now`
      for (const { name, guid } of expects) {
        const now = found.get(name) ?? null
        if (guid === null && now !== null) return `${name} is there already (guid ${now})`
        if (guid !== null && now === null) return `${name} (guid ${guid}) is not there`
        if (now !== guid) return `${name} has guid ${now}, not ${guid}`
      }
      return null
    },
    async heldBy(id, tag, snapshots, signal) {
      const found: string[] = []
      for (let at = 0; at < snapshots.length; at += HELD_AT_ONCE) {
        const some = snapshots.slice(at, at + HELD_AT_ONCE)
        const result = await one(id, ({ zfsCommand }) => listHolds(zfsCommand, some), signal)
        if (result?.exitCode !== 0) return null
        const held = new Set(parseHeld(result.stdout, tag))
        found.push(...some.filter((name) => held.has(name)))
      }
      return found
    },
    async namesIn(id, pool, signal) {
      const result = await one(id, ({ zfsCommand }) => listGuids(zfsCommand, pool), signal)
      const found = result?.exitCode === 0 ? parseIdentities(result.stdout) : null
      return found === null ? null : new Map([...found].map(([name, guid]) => [guid, name]))
    },
    async receivesBeside(id, dataset, signal) {
      const result = await one(id, ({ zfsCommand }) => probeReceive(zfsCommand, dataset), signal)
      if (result?.exitCode === 0) return true
      return result !== undefined && isAnswer(result) ? false : null
    },
    async resumeToken(id, dataset, signal) {
      const names = ['receive_resume_token']
      const result = await one(id, ({ zfsCommand }) => getProperties(zfsCommand, dataset, names), signal)
      if (result?.exitCode !== 0) return null
      const read = parseProperties(result.stdout, names)
      const value = read.fault === null ? read.properties.get('receive_resume_token')?.value : undefined
      if (value === undefined || (value !== '-' && value !== '' && !isResumeToken(value))) return null
      return { token: value === '-' || value === '' ? null : value }
    },
    async pool(id, pool, signal) {
      const zfs = hostOf(id)?.zfsCommand
      if (zfs === undefined) return null
      const query = { recursive: false, columns: DATASET_COLUMNS_BEFORE_2_2 }
      const commands = [
        { id: 'pools', argv: listPools(zfs, [pool]) },
        { id: 'root', argv: listDatasets(zfs, [pool], query) },
      ]
      const { results } = await ssh.batch(id, commands, options(signal))
      const [pools, root] = [results.get('pools'), results.get('root')]
      if (pools?.exitCode !== 0) return null
      const listing = parsePoolListing(pools.stdout, [pool])
      const facts = listing.fault === null ? listing.pools[0] : undefined
      if (facts === undefined) return null
      const scope = { names: [pool], recursive: false }
      const read = root?.exitCode === 0 ? parseDatasetListing(root.stdout, query.columns, scope) : null
      return { ...facts, ...spaceOf(read?.fault === null ? read.datasets[0] : undefined) }
    },
  }
}

/** Characters of all values set on one dataset. */
const MOST_VALUES = 64 * 1024
/** Bytes: a million names. They are read for the longest alone. */
const MOST_NAMES = 64 * 1024 * 1024

type SwapProperties = Omit<SwapFacts, 'children'>

/** In force, wherever they come from. */
const IN_FORCE = ['canmount', 'sharenfs', 'sharesmb', 'logicalreferenced'] as const
/** Set by the plan itself, so their values need not be known. */
const NOT_ASKED: ReadonlySet<string> = new Set(['readonly', 'canmount', WITNESS_MARK])

/**
 * What is set on backup datasets of one host, for the lines that are to take their places, and where they have children
 * (`below`) the longest name of all that moves with them: two SSH commands for all of them.
 * One that could not be read in full is left out.
 */
async function readSwapProperties(
  ssh: Ssh,
  host: HostConfig,
  asks: readonly { readonly dataset: string; readonly below?: boolean }[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, SwapProperties>> {
  const zfs = host.zfsCommand
  const datasets = asks.map(({ dataset }) => dataset)
  const first = await ssh.batch(
    host.id,
    asks.flatMap(({ dataset, below }, index) => [
      { id: `own${index}`, argv: listPropertyNames(zfs, dataset) },
      { id: `force${index}`, argv: getProperties(zfs, dataset, IN_FORCE) },
      ...(below === true ? [{ id: `below${index}`, argv: listNamesBelow(zfs, dataset), maxBytes: MOST_NAMES }] : []),
    ]),
    options,
  )
  const named = datasets.map((dataset, index) => {
    const names = parsePropertyNames(answer(first, `own${index}`) ?? '?')
    return { dataset, index, names: names?.filter((name) => !NOT_ASKED.has(name)) ?? null }
  })
  const values = named.flatMap(({ dataset, index, names }) =>
    (names ?? [])
      .filter(isPropertyOperand)
      .map((name) => ({ id: `${index} ${name}`, argv: getValue(zfs, dataset, name) })),
  )
  const second = values.length === 0 ? null : await ssh.batch(host.id, values, options)
  const found = new Map<string, SwapProperties>()
  for (const { dataset, index, names } of named) {
    const force = parseProperties(answer(first, `force${index}`) ?? '', IN_FORCE)
    // One that no command can name is carried over nowhere, so its value need not be known.
    const readValue = (name: string) => (isPropertyOperand(name) ? answer(second, `${index} ${name}`) : '')
    const local = (names ?? []).map((name) => ({ name, value: readValue(name) }))
    if (names === null || force.fault !== null || local.some(({ value }) => value === null)) continue
    // They go into a plan and onto a command line, which takes no more.
    if (local.reduce((sum, { value }) => sum + (value?.length ?? 0), 0) > MOST_VALUES) continue
    const longest =
      asks[index]?.below === true ? longestBelow(answer(first, `below${index}`) ?? '', dataset) : undefined
    if (longest === null) continue
    const inForce = (name: string) => force.properties.get(name)?.value ?? '-'
    const canmount = inForce('canmount')
    found.set(dataset, {
      ...(longest === undefined ? {} : { longestBelow: longest }),
      local: local.map(({ name, value }) => ({ name, value: (value ?? '').replace(/\n$/, '') })),
      canmount: canmount === 'on' || canmount === 'off' || canmount === 'noauto' ? canmount : null,
      logicalBytes: /^\d{1,15}$/.test(inForce('logicalreferenced')) ? Number(inForce('logicalreferenced')) : null,
      shared: ['sharenfs', 'sharesmb'].some((name) => !['off', '-'].includes(inForce(name))),
    })
  }
  return found
}

function answer(batch: BatchResult | null, id: string): string | null {
  const result = batch?.results.get(id)
  return result?.exitCode === 0 ? result.stdout : null
}

/**
 * What the login may do on a dataset and beside it, as `zfs allow` says; its answer has the grants of all that stands above,
 * too. `all` for root and for a `zfs_command` with sudo, where nothing is delegated. A dataset that is still to be made is
 * asked for by the nearest one above it that is there. Null: could not be read.
 */
async function readRights(
  ssh: Ssh,
  host: HostConfig,
  dataset: string,
  options: BatchOptions,
): Promise<LoginRights | 'all' | null> {
  if (host.sshUser === 'root' || host.zfsCommand.length > 1) return 'all'
  for (let asked: string | null = dataset; asked !== null; asked = parentOf(asked)) {
    const batch = await ssh.batch(host.id, [{ id: 'rights', argv: listRights(host.zfsCommand, asked) }], options)
    const result = batch.results.get('rights')
    if (result?.exitCode === 0) return rightsFrom(parseRights(result.stdout), host.sshUser, { dataset, asked })
    if (result === undefined || !isMissing(result)) return null
  }
  return null
}

function rightsFrom(
  grants: readonly Grant[],
  user: string,
  { dataset, asked }: { readonly dataset: string; readonly asked: string },
): LoginRights {
  // Who is in which group is not known here. What a group may, the login perhaps may too; ZFS refuses it harmlessly if not.
  const groups = new Set(grants.flatMap(({ who }) => (who.kind === 'group' ? [who.name] : [])))
  const parent = parentOf(dataset)
  const itself = rightsOf(grants, user, dataset, groups)
  if (parent === null) return { itself, beside: itself }
  // What is missing above it is made first, on the one that is there.
  const above = rightsOf(grants, user, parent, groups)
  const there = asked === dataset ? above : rightsOf(grants, user, asked, groups)
  // A name that has no grants of its own: what holds for it holds for each new one.
  const made = rightsOf(grants, user, `${parent}/-`, groups)
  const beside = new Set([...made].filter((right) => !ASKED_ABOVE.has(right) || (above.has(right) && there.has(right))))
  return { itself, beside }
}

/** To make something, or to move it there, ZFS asks for these on the dataset above it. */
const ASKED_ABOVE = new Set(['create', 'mount'])

function isMissing({ stderr }: CommandResult): boolean {
  return stderr.includes('dataset does not exist')
}
