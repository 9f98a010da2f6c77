import * as cells from './cells.ts'
import { linesOf } from './cells.ts'
import { NAME_LIMIT } from './names.ts'
import { type Argv, datasetOperand, snapshotOperand, type ZfsCommand } from './operand.ts'
import type { Guid } from './types.ts'

/** Of one dataset: with more nothing is judged of it anyhow. */
const MOST_SNAPSHOTS = 100_000
/** Of a pool: no host has so many. */
const MOST_NAMES = 100_000

/** What destroying a snapshot would free by itself (bytes), and whether something was cloned from it. */
interface SnapshotCost {
  readonly usedBytes: number
  readonly clones: number
}

/** Answer: `parseCosts`. `clones` is a list of names, so it stands last. */
export function listCosts(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'list', '-Hp', '-t', 'snapshot', '-d', '1', '-o', 'guid,used,clones', datasetOperand(dataset)]
}

/** Null where a line cannot be read: then nothing is known. */
export function parseCosts(stdout: string): ReadonlyMap<Guid, SnapshotCost> | null {
  const costs = new Map<Guid, SnapshotCost>()
  if (stdout === '') return costs
  if (!stdout.endsWith('\n')) return null
  for (const line of linesOf(stdout)) {
    const [guidText = '', usedText = '', clones = '-'] = line.split('\t', 3)
    const guid = cells.guidCell(guidText)
    const usedBytes = cells.numberCell(usedText)
    if (guid === undefined || usedBytes === undefined || costs.size >= MOST_SNAPSHOTS) return null
    costs.set(guid, { usedBytes, clones: clones === '' || clones === '-' ? 0 : countOf(clones, ',') + 1 })
  }
  return costs
}

/** Bytes that each snapshot of a dataset holds that are not in the one before it. Answer: `parseWritten`. */
export function listWritten(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'list', '-Hp', '-t', 'snapshot', '-d', '1', '-o', 'written', datasetOperand(dataset)]
}

/** One number for each snapshot; null where a line cannot be read: then nothing is known. */
export function parseWritten(stdout: string): readonly number[] | null {
  const found: number[] = []
  for (const line of linesOf(stdout)) {
    const bytes = cells.numberCell(line)
    if (bytes === undefined || found.length >= MOST_SNAPSHOTS) return null
    found.push(bytes)
  }
  return found
}

/** What a snapshot wrote since the one before it, and what it holds in all, bytes. */
export interface SnapshotSize {
  readonly guid: Guid
  readonly writtenBytes: number
  readonly referencedBytes: number
}

/** Of exactly these snapshots (`pool/ds@snap`); one that is missing makes it end with 1. Answer: `parseSizes`. */
export function listSizes(zfs: ZfsCommand, snapshots: readonly string[]): Argv {
  if (snapshots.length === 0) throw new RangeError('Sizes are asked for by name; with none there is nothing to ask.')
  return [
    ...zfs,
    'list',
    '-Hp',
    '-t',
    'snapshot',
    '-o',
    'name,guid,written,referenced',
    ...snapshots.map(snapshotOperand),
  ]
}

/** By name; null where a line cannot be read: then nothing is known. */
export function parseSizes(stdout: string): ReadonlyMap<string, SnapshotSize> | null {
  const found = new Map<string, SnapshotSize>()
  if (stdout !== '' && !stdout.endsWith('\n')) return null
  for (const line of linesOf(stdout)) {
    const [name = '', guidText = '', written = '', referenced = '', ...more] = line.split('\t', 5)
    const guid = cells.guidCell(guidText)
    const writtenBytes = cells.numberCell(written)
    const referencedBytes = cells.numberCell(referenced)
    if (guid === undefined || writtenBytes === undefined || referencedBytes === undefined || more.length > 0)
      return null
    if (name.length > NAME_LIMIT || found.size >= MOST_SNAPSHOTS) return null
    found.set(name, { guid, writtenBytes, referencedBytes })
  }
  return found
}

/** Name and guid of exactly these datasets and snapshots; one that is missing makes it end with 1. Answer: `parseIdentities`. */
export function listIdentities(zfs: ZfsCommand, names: readonly string[]): Argv {
  if (names.length === 0) throw new RangeError('Identities are asked for by name; with none there is nothing to ask.')
  const words = names.map((name) => (name.includes('@') ? snapshotOperand(name) : datasetOperand(name)))
  return [...zfs, 'list', '-Hp', '-d', '0', '-t', 'filesystem,volume,snapshot', '-o', 'name,guid', ...words]
}

/** Name and guid of every dataset of a pool. Answer: `parseIdentities`. */
export function listGuids(zfs: ZfsCommand, pool: string): Argv {
  return [...zfs, 'list', '-Hp', '-r', '-t', 'filesystem,volume', '-o', 'name,guid', datasetOperand(pool)]
}

/** Guid by name; null where a line cannot be read. */
export function parseIdentities(stdout: string): ReadonlyMap<string, Guid> | null {
  const found = new Map<string, Guid>()
  for (const line of linesOf(stdout)) {
    if (line === '') continue
    const [name = '', guid = '', ...more] = line.split('\t', 3)
    if (cells.guidCell(guid) === undefined || more.length > 0 || name.length > NAME_LIMIT) return null
    if (found.size >= MOST_NAMES) return null
    found.set(name, guid)
  }
  return found
}

function countOf(text: string, mark: string): number {
  let count = 0
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) count += 1
  return count
}
