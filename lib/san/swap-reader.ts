import type { HostConfig } from '#config/effective.ts'
import type { Sans } from '#lib/engine/ports.ts'
import type { BatchOptions, Ssh } from '#lib/ssh/types.ts'
import { parseHeld, parseProperties } from '#lib/zfs/answers.ts'
import { DATASET_COLUMNS_BEFORE_2_2 } from '#lib/zfs/columns.ts'
import { listCosts, listGuids, listIdentities, parseCosts, parseIdentities } from '#lib/zfs/cost-listing.ts'
import { parseDatasetListing, parsePoolListing } from '#lib/zfs/dataset-listing.ts'
import { getProperties, listDatasets, listHolds, listPools, probeReceive } from '#lib/zfs/read-commands.ts'
import { isResumeToken } from '#lib/zfs/token.ts'
import { guarded } from '#lib/zfs/write-commands.ts'
import { isAnswer } from './batch-answer.ts'
import { readDelegated, readEnclosing, readIvSets, readMarks, readOnlyDirectories, readQuotas } from './foresee.ts'
import { readRights } from './login-rights.ts'
import { spaceOf } from './probe.ts'
import { readSizes } from './sizes.ts'
import { readSurroundings } from './surroundings.ts'
import { readSwapProperties } from './swap-properties.ts'

/** Snapshots in one command: far below what a line can hold, whatever their length. */
const HELD_AT_ONCE = 100

type SwapReader = Pick<
  Sans,
  | 'surroundings'
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
    surroundings: (asks, signal) => eachHost(asks, (host, own) => readSurroundings(ssh, host, own, options(signal))),
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
