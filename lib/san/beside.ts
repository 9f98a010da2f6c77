import type { HostConfig } from '#config/effective.ts'
import type { BesideBackup } from '#lib/engine/ports.ts'
import type { ChildDataset, Sibling } from '#lib/replication/types/inventory.ts'
import type { BatchOptions, Ssh } from '#lib/ssh/types.ts'
import { listIdentities, listWritten, parseIdentities, parseWritten } from '#lib/zfs/cost-listing.ts'
import { type BesideRow, listBeside, parseBeside } from '#lib/zfs/dataset-listing.ts'
import { parentOf, parseOwnDatasetName } from '#lib/zfs/names.ts'
import { chunkNames } from '#lib/zfs/operand.ts'
import { listSnapshots } from '#lib/zfs/read-commands.ts'
import { createRoom, limitsFor } from '#lib/zfs/snapshot-limits.ts'
import { createSnapshotReader, snapshotsIn } from '#lib/zfs/snapshot-reader.ts'
import { askInGroups, Pace } from './ask-in-groups.ts'
import { isAnswer } from './batch-answer.ts'

/**
 * What of ours stands beside backup datasets, and what stands below them: one SSH command for all of a host, a second one
 * only where something of ours is found. A dataset of which that could not be read in full is left out.
 */
export async function readBeside(
  ssh: Ssh,
  host: HostConfig,
  datasets: readonly { readonly dataset: string; readonly present: boolean }[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, BesideBackup>> {
  const parents = datasets.map(({ dataset }) => parentOf(dataset)).filter((name) => name !== null)
  const present = datasets.filter(({ present }) => present).map(({ dataset }) => dataset)
  const rows = await listEach(ssh, host, [...new Set([...parents, ...present])], options)
  const unlisted = datasets.filter(({ dataset, present }) => !present && !rows.has(parentOf(dataset) ?? dataset))
  const missing = await missingAbove(ssh, host, unlisted, options)
  const own = new Map<string, readonly BesideRow[]>()
  for (const { dataset } of datasets) {
    const beside = rows.get(parentOf(dataset) ?? '') ?? []
    own.set(
      dataset,
      beside.filter(({ name }) => parseOwnDatasetName(name)?.of === dataset),
    )
  }
  const siblings = await readSiblings(ssh, host, [...own.values()].flat(), options)
  const found = new Map<string, BesideBackup>()
  for (const { dataset, present } of datasets) {
    const parent = parentOf(dataset)
    const below = rows.get(dataset)
    const missingParents = missing.get(dataset)
    if (missingParents !== undefined) {
      found.set(dataset, { siblings: [], children: [], missingParents })
      continue
    }
    if ((parent !== null && !rows.has(parent)) || (present && below === undefined)) continue
    const mine = (own.get(dataset) ?? []).map(({ name }) => siblings.get(name))
    if (mine.includes(undefined)) continue
    found.set(dataset, {
      siblings: mine.filter((sibling) => sibling !== undefined),
      children: childrenOf(dataset, below ?? []),
    })
  }
  return found
}

/**
 * Of datasets whose parent could not be listed: what is missing above them, from the top. Only where the host itself says
 * that the parent does not exist, and that the pool does.
 */
async function missingAbove(
  ssh: Ssh,
  host: HostConfig,
  datasets: readonly { readonly dataset: string }[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>()
  const above = new Map(datasets.map(({ dataset }) => [dataset, ancestorsOf(dataset)]))
  const chunks = chunkNames([...new Set([...above.values()].flat())])
  if (chunks.length === 0) return found
  const commands = chunks.map((names, index) => ({ id: `${index}`, argv: listIdentities(host.zfsCommand, names) }))
  const batch = await ssh.batch(host.id, commands, options)
  const there = new Map<string, boolean>()
  for (const [index, names] of chunks.entries()) {
    const result = batch.results.get(`${index}`)
    const listed = result === undefined || !isAnswer(result) ? null : parseIdentities(result.stdout)
    if (listed !== null) for (const name of names) there.set(name, listed.has(name))
  }
  for (const [dataset, names] of above) {
    const missing = names.filter((name) => there.get(name) === false)
    // One below the other, the pool there: anything else is no answer.
    const inOrder = names.every((name, at) => there.get(name) === at < names.length - missing.length)
    if (missing.length > 0 && missing.length < names.length && inOrder) found.set(dataset, missing)
  }
  return found
}

/** From the pool down, without itself. */
function ancestorsOf(dataset: string): readonly string[] {
  const parent = parentOf(dataset)
  return parent === null ? [] : [...ancestorsOf(parent), parent]
}

/** Datasets of our own beside all backups of a host. */
const MOST_SIBLINGS = 5000
/** That their snapshots may take here. */
const MOST_BYTES = 40_000_000

/** Where the caller has none. */
const LIMITS = { silenceMs: 60_000, timeoutMs: 15 * 60_000 }

/** By name: the rows directly below it. A name that could not be listed is left out. */
async function listEach(
  ssh: Ssh,
  host: HostConfig,
  names: readonly string[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, readonly BesideRow[]>> {
  const found = new Map<string, readonly BesideRow[]>()
  if (names.length === 0) return found
  const argv = (some: readonly string[]) => listBeside(host.zfsCommand, some)
  const groups = chunkNames(names).map((chunk) => ({ names: chunk, argv }))
  const limits = { ...LIMITS, ...options }
  const { answers } = await askInGroups({
    ssh,
    host: host.id,
    kind: 'beside',
    groups,
    limits,
    pace: new Pace(),
    signal: options.signal,
  })
  for (const answer of answers) {
    if (!('output' in answer)) continue
    const listing = parseBeside(answer.output, answer.names)
    if (listing.fault !== null) continue
    const below = Map.groupBy(listing.rows, ({ name }) => parentOf(name) ?? '')
    for (const name of answer.names) found.set(name, below.get(name) ?? [])
  }
  return found
}

async function readSiblings(
  ssh: Ssh,
  host: HostConfig,
  rows: readonly BesideRow[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, Sibling>> {
  const found = new Map<string, Sibling>()
  // No SAN has so many: of none of them anything is known, rather than of some.
  if (rows.length === 0 || rows.length > MOST_SIBLINGS) return found
  const room = createRoom({ ...limitsFor(0), bytesOfAHost: MOST_BYTES })
  const readers = rows.map(({ name }) => createSnapshotReader([name], room))
  const commands = rows.flatMap(({ name }, index) => [
    { id: `below${index}`, argv: listBeside(host.zfsCommand, [name]) },
    { id: `snapshots${index}`, argv: listSnapshots(host.zfsCommand, [name]), reader: readers[index] },
    ...(isAside(name) ? [{ id: `written${index}`, argv: listWritten(host.zfsCommand, name) }] : []),
  ])
  const batch = await ssh.batch(host.id, commands, options)
  for (const [index, row] of rows.entries()) {
    const below = batch.results.get(`below${index}`)
    const listed = batch.results.get(`snapshots${index}`)
    if (below?.exitCode !== 0 || listed?.exitCode !== 0) continue
    const beside = parseBeside(below.stdout, [row.name])
    const answer = { names: [row.name], output: listed.stdout, reader: readers[index] }
    const snapshots = snapshotsIn(answer, room).get(row.name)
    if (beside.fault !== null || snapshots === undefined || !('snapshots' in snapshots)) continue
    const { used, ...facts } = row
    const written = batch.results.get(`written${index}`)
    const changes = written?.exitCode === 0 ? parseWritten(written.stdout) : null
    const own = snapshots.snapshots
    const kept = row.written > 0 || row.receiveResumeToken !== null || row.origin === null || beside.rows.length > 1
    const holdsNothing = !kept && changes?.length === own.length && changes.every((bytes) => bytes === 0)
    found.set(row.name, {
      ...facts,
      usedBytes: used,
      children: childrenOf(row.name, beside.rows),
      snapshots: own,
      ...(holdsNothing ? { holdsNothing } : {}),
    })
  }
  return found
}

/** Of it alone it matters how much it holds. */
function isAside(name: string): boolean {
  return parseOwnDatasetName(name)?.role === 'aside'
}

function childrenOf(parent: string, rows: readonly BesideRow[]): readonly ChildDataset[] {
  return rows
    .filter(({ name }) => parentOf(name) === parent)
    .map(({ name, type, encryptionRoot }) => ({ name, type, encryptionRoot }))
}
