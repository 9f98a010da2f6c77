import type { Config, HostConfig } from '#config/effective.ts'
import type { BatchOptions, BatchResult, Ssh } from '#lib/ssh/types.ts'
import { parseAllDatasets, parseAllSnapshots, parseCreations } from '#lib/zfs/answers.ts'
import { classifyZfs } from '#lib/zfs/faults.ts'
import { chunkNames } from '#lib/zfs/operand.ts'
import { listCreations, listEveryDataset, listEverySnapshot } from '#lib/zfs/read-commands.ts'
import { discoveredYaml, matchHosts } from './match.ts'
import { type Configured, type Discovery, type HostListing, NotListed } from './types.ts'

interface DiscoverParts {
  readonly config: () => Config
  /** The mappings under watch, children of recursive ones included. */
  readonly configured: (primary: string, backup: string) => readonly Configured[]
  readonly ssh: Ssh & { reset(host: string): void }
  readonly limits: () => BatchOptions
  readonly now: () => number
}

/** Which datasets of `backup` hold snapshots of which datasets of `primary`. Reads only. @throws NotListed */
export async function discover(
  parts: DiscoverParts,
  { primary, backup, signal }: { readonly primary: string; readonly backup: string; readonly signal?: AbortSignal },
): Promise<Discovery> {
  const hosts = [hostOf(parts, primary), hostOf(parts, backup)] as const
  for (const { id } of hosts) parts.ssh.reset(id)
  const options = { ...parts.limits(), signal }
  const [here, there] = await Promise.all([list(parts.ssh, hosts[0], options), list(parts.ssh, hosts[1], options)])
  const found = matchHosts(here, there, parts.configured(primary, backup))
  const creations = await creationsOf(parts.ssh, hosts[0], found.mappings, options)
  const mappings = found.mappings.map((mapping) => ({
    ...mapping,
    newestCommon: {
      ...mapping.newestCommon,
      creation: creations.get(`${mapping.primary}@${mapping.newestCommon.name}`) ?? null,
    },
  }))
  return { primary, backup, at: parts.now(), ...found, mappings, yaml: discoveredYaml({ primary, backup, mappings }) }
}

/** Bytes: more than a million, of all datasets there. */
const MOST_SNAPSHOTS = 96 * 1024 * 1024

/** One session: every dataset, every snapshot. @throws NotListed */
async function list(ssh: Ssh, host: HostConfig, options: BatchOptions): Promise<HostListing> {
  const batch = await ssh.batch(
    host.id,
    [
      { id: 'datasets', argv: listEveryDataset(host.zfsCommand) },
      { id: 'snapshots', argv: listEverySnapshot(host.zfsCommand), maxBytes: MOST_SNAPSHOTS },
    ],
    { ...options, maxBytes: 2 * MOST_SNAPSHOTS },
  )
  const datasets = parseAllDatasets(output(batch, 'datasets'))
  const snapshots = parseAllSnapshots(output(batch, 'snapshots'))
  if (datasets === null || snapshots === null)
    throw new NotListed(host.id, `${host.id} answered a listing with a line that cannot be read.`, false)
  return { host: host.id, datasets, snapshots }
}

function output(batch: BatchResult, id: string): string {
  const result = batch.results.get(id)
  if (result?.exitCode === 0) return result.stdout
  const { host, fault } = batch
  if (result === undefined)
    throw new NotListed(host, fault?.message ?? `${host} ended the session too early.`, fault?.retryable ?? true)
  const said = classifyZfs(result.stderr)
  const text = said?.text ?? `it ended with code ${result.exitCode} and said nothing`
  throw new NotListed(host, `${host} could not list its ${id}: ${text}`, said?.retryable ?? false)
}

/** Only for the comments: without them the mappings are as true. */
async function creationsOf(
  ssh: Ssh,
  host: HostConfig,
  mappings: Discovery['mappings'],
  options: BatchOptions,
): Promise<ReadonlyMap<string, number>> {
  const groups = chunkNames(mappings.map(({ primary, newestCommon }) => `${primary}@${newestCommon.name}`))
  if (groups.length === 0) return new Map()
  const commands = groups.map((names, at) => ({ id: `${at}`, argv: listCreations(host.zfsCommand, names) }))
  const batch = await ssh.batch(host.id, commands, options)
  return new Map(
    [...batch.results.values()].flatMap(({ exitCode, stdout }) =>
      exitCode === 0 ? [...(parseCreations(stdout) ?? [])] : [],
    ),
  )
}

function hostOf({ config }: DiscoverParts, id: string): HostConfig {
  const host = config().hosts.get(id)
  if (host === undefined) throw new Error(`There is no host ${id} under san_hosts.`)
  return host
}
