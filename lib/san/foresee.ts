import type { HostConfig } from '#config/effective.ts'
import type { Enclosing } from '#lib/replication/types/inventory.ts'
import type { BatchOptions, Ssh } from '#lib/ssh/types.ts'
import { parsePropertyOfEach, parseQuotas, type Quota } from '#lib/zfs/answers.ts'
import { encryptionCell, keyStatusCell } from '#lib/zfs/cells.ts'
import { listSizes, parseSizes, type SnapshotSize } from '#lib/zfs/cost-listing.ts'
import { diffSince, onlyDirectories } from '#lib/zfs/directory-changes.ts'
import { parentOf } from '#lib/zfs/names.ts'
import { chunkNames } from '#lib/zfs/operand.ts'
import { getProperty, listIvSets, listQuotas, listRights } from '#lib/zfs/read-commands.ts'
import { parseRights, rightsOf } from '#lib/zfs/rights.ts'
import { getMark, parseMark, type WitnessMark } from '#lib/zfs/witness-mark.ts'
import { askInGroups, Pace } from './ask-in-groups.ts'

/*
 * What would make a repair fail, read before one is tried: one SSH command a host. Whatever could not be read is left out:
 * of it nothing is said.
 */

/** By name of the snapshot or bookmark; `-` where it is not encrypted. */
export async function readIvSets(
  ssh: Ssh,
  host: HostConfig,
  bases: readonly string[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  const groups = chunkNames(bases).map((names) => ({
    names,
    argv: (some: readonly string[]) => listIvSets(host.zfsCommand, some),
  }))
  for (const answer of await answersTo(ssh, host, 'ivsets', groups, options)) {
    if (!('output' in answer)) continue
    for (const [base, ivSet] of parsePropertyOfEach(answer.output, answer.names) ?? []) {
      // A property that an old zfs does not know never comes so far; anything but a number or `-` is no answer.
      if (/^(-|[0-9]{1,20})$/.test(ivSet)) found.set(base, ivSet)
    }
  }
  return found
}

/** By dataset: what is made below it inherits this. */
export async function readEnclosing(
  ssh: Ssh,
  host: HostConfig,
  datasets: readonly string[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, Enclosing>> {
  const ask = async (property: 'encryption' | 'keystatus') => {
    const groups = chunkNames(datasets).map((names) => ({
      names,
      argv: (some: readonly string[]) => getProperty(host.zfsCommand, some, property),
    }))
    const answers = await answersTo(ssh, host, property, groups, options)
    return new Map(
      answers.flatMap((answer) => [
        ...(('output' in answer ? parsePropertyOfEach(answer.output, answer.names) : null) ?? []),
      ]),
    )
  }
  const [ciphers, keys] = [await ask('encryption'), await ask('keystatus')]
  return new Map(
    datasets.flatMap((name) => {
      const encryption = encryptionCell(ciphers.get(name) ?? '')
      const keyStatus = keyStatusCell(keys.get(name) ?? '')
      if (encryption === undefined || keyStatus === undefined) return []
      return [[name, { name, encryption, keyStatus }] as const]
    }),
  )
}

/** By dataset: the quotas on it and above it, the nearest first. */
export async function readQuotas(
  ssh: Ssh,
  host: HostConfig,
  datasets: readonly string[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, readonly Quota[]>> {
  const lines = new Map(datasets.map((dataset) => [dataset, withParents(dataset)]))
  const names = [...new Set([...lines.values()].flat())]
  const groups = chunkNames(names).map((some) => ({
    names: some,
    argv: (asked: readonly string[]) => listQuotas(host.zfsCommand, asked),
  }))
  const read = new Map<string, readonly Quota[]>()
  for (const answer of await answersTo(ssh, host, 'quotas', groups, options)) {
    const quotas = 'output' in answer ? parseQuotas(answer.output, answer.names) : null
    if (quotas === null) continue
    for (const name of answer.names)
      read.set(
        name,
        quotas.filter(({ dataset }) => dataset === name),
      )
  }
  const found = new Map<string, readonly Quota[]>()
  for (const [dataset, line] of lines) {
    if (line.every((name) => read.has(name)))
      found.set(
        dataset,
        line.flatMap((name) => read.get(name) ?? []),
      )
  }
  return found
}

/** By dataset; those of which it could not be learned are left out. */
export async function readOnlyDirectories(
  ssh: Ssh,
  host: HostConfig,
  asks: readonly { readonly dataset: string; readonly snapshot: string }[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, boolean>> {
  const commands = asks.map(({ dataset, snapshot }, index) => ({
    id: `${index}`,
    argv: diffSince(host.zfsCommand, `${dataset}@${snapshot}`),
  }))
  const batch = await ssh.batch(host.id, commands, options)
  return new Map(
    asks.flatMap(({ dataset }, index) => {
      const result = batch.results.get(`${index}`)
      const only = result?.exitCode === 0 ? onlyDirectories(result.stdout) : null
      return only === null ? [] : [[dataset, only] as const]
    }),
  )
}

/** By dataset, each in a command of its own: the value of a user property can hold anything, a row of another dataset too. */
export async function readMarks(
  ssh: Ssh,
  host: HostConfig,
  datasets: readonly string[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, WitnessMark | null>> {
  const commands = datasets.map((dataset, index) => ({ id: `${index}`, argv: getMark(host.zfsCommand, dataset) }))
  const batch = await ssh.batch(host.id, commands, options)
  return new Map(
    datasets.flatMap((dataset, index) => {
      const result = batch.results.get(`${index}`)
      return result?.exitCode === 0 ? [[dataset, parseMark(result.stdout.replace(/\n$/, ''))] as const] : []
    }),
  )
}

/**
 * By dataset: every right that the login may have there, on the dataset itself (or its parent, where it is still to be
 * made), beside it or through any group: what is not in it the login certainly does not have.
 */
export async function readDelegated(
  ssh: Ssh,
  host: HostConfig,
  datasets: readonly { readonly dataset: string; readonly present: boolean }[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, ReadonlySet<string> | 'all'>> {
  if (host.sshUser === 'root' || host.zfsCommand.length > 1)
    return new Map(datasets.map(({ dataset }) => [dataset, 'all' as const]))
  const commands = datasets.map(({ dataset, present }, index) => ({
    id: `${index}`,
    argv: listRights(host.zfsCommand, present ? dataset : (parentOf(dataset) ?? dataset)),
  }))
  const batch = await ssh.batch(host.id, commands, options)
  const found = new Map<string, ReadonlySet<string>>()
  for (const [index, { dataset }] of datasets.entries()) {
    const result = batch.results.get(`${index}`)
    if (result?.exitCode !== 0) continue
    const grants = parseRights(result.stdout)
    // Words that cannot be read as grants are no proof that nothing is granted.
    if (grants.length === 0 && result.stdout.trim() !== '') continue
    const rights = new Set<string>()
    const places = [dataset, parentOf(dataset) ?? dataset, `${dataset}/child`]
    for (const place of places) for (const right of rightsOf(grants, host.sshUser, place)) rights.add(right)
    for (const { who, rights: granted } of grants) {
      // Who is in which group, and which uid has which name there, is not known here.
      if (who.kind === 'group' || (who.kind === 'user' && /^\d+$/.test(who.name)))
        for (const right of granted) rights.add(right)
    }
    found.set(dataset, rights)
  }
  return found
}

/** What single snapshots hold and wrote, by their full names; what could not be read is left out, and asked for again. */
export async function readSizes(
  ssh: Ssh,
  host: HostConfig,
  snapshots: readonly string[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, SnapshotSize>> {
  const argv = (some: readonly string[]) => listSizes(host.zfsCommand, some)
  const groups = chunkNames(snapshots).map((names) => ({ names, argv }))
  const asked = new Set(snapshots)
  const found = new Map<string, SnapshotSize>()
  for (const answer of await answersTo(ssh, host, 'sizes', groups, options)) {
    if (!('output' in answer)) continue
    for (const [name, size] of parseSizes(answer.output) ?? []) if (asked.has(name)) found.set(name, size)
  }
  return found
}

async function answersTo(
  ssh: Ssh,
  host: HostConfig,
  kind: string,
  groups: Parameters<typeof askInGroups>[0]['groups'],
  options: BatchOptions,
) {
  if (groups.length === 0) return []
  const limits = { ...options, silenceMs: options.silenceMs ?? 60_000, timeoutMs: options.timeoutMs ?? 15 * 60_000 }
  const { signal } = options
  const { answers } = await askInGroups({ ssh, host: host.id, kind, groups, limits, pace: new Pace(), signal })
  return answers
}

/** Itself first, its pool last. */
function withParents(dataset: string): readonly string[] {
  const parent = parentOf(dataset)
  return parent === null ? [dataset] : [dataset, ...withParents(parent)]
}
