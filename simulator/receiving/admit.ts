import { createDataset, destroyDataset } from '../changes/dataset.ts'
import { encryptionRootOf } from '../properties/settings.ts'
import { definitionOf } from '../properties/table.ts'
import { checkSetting } from '../properties/validate.ts'
import { type Context, complain, nextTxg } from '../state/environment.ts'
import type { DatasetHistory, PartialRecord, SnapshotRecord } from '../state/model.ts'
import { isReceiving, receivedBytes, saveProgress } from '../state/partial.ts'
import { randomGuid } from '../state/random.ts'
import { assertWritable, mayDo, rightToSet } from '../state/rights.ts'
import { emptyFilesystemBytes } from '../state/space.ts'
import { findDataset, type Place } from '../state/tree.ts'
import type { StreamDescription } from '../stream/format.ts'
import { Failure } from '../words/fail.ts'
import { parentOf } from '../words/names.ts'
import { actionOf, type ReceiveRequest } from './request.ts'

export interface Admission extends Place {
  readonly partial: PartialRecord
  /** Data bytes that the receiver has already. */
  readonly have: number
}

/** Checks all that ZFS checks before it takes data, and marks the dataset as being received into. In a transaction. */
export function admit(context: Context, request: ReceiveRequest, stream: StreamDescription): Admission {
  checkOptions(request, stream)
  if (stream.kind === 'resume') return admitResume(context, request, stream)
  if (stream.kind === 'incremental') return admitIncrement(context, request, stream)
  return admitFull(context, request, stream)
}

function checkOptions(request: ReceiveRequest, stream: StreamDescription): void {
  const action = actionOf(stream.kind)
  for (const [name, value] of request.properties) {
    if (name === 'origin') continue
    const checked = checkSetting(name, value, stream.type, true)
    if (!('fault' in checked)) continue
    if (checked.fault.startsWith('invalid property'))
      throw new Failure(`cannot receive: cannot receive: ${checked.fault}`)
    if (checked.fault.includes('does not apply')) throw new Failure(`${action}: property ${checked.fault}`)
    throw new Failure(`${action}: ${checked.fault}\n${action}: invalid property value`)
  }
}

const partiallyComplete = (action: string, name: string): Failure =>
  new Failure(`${action}: destination ${name} contains partially-complete state from "zfs receive -s".`)

/** The record of a receive that begins now. */
function begin(
  context: Context,
  place: Place,
  request: ReceiveRequest,
  stream: StreamDescription,
  fresh: boolean,
  newestTxg: number,
): Admission {
  const partial: PartialRecord = {
    id: randomGuid(),
    resumable: request.resumable,
    owner: context.owner,
    toName: stream.toName,
    toGuid: stream.toGuid,
    toTime: stream.toTime,
    fromGuid: stream.fromGuid,
    extents: stream.extents,
    booked: 0,
    flags: stream.flags,
    fresh,
    newestTxg,
  }
  saveProgress(context.store, place.pool, partial.id, 0)
  place.dataset.partial = partial
  nextTxg(context, place.pool)
  return { ...place, partial, have: 0 }
}

function admitFull(context: Context, request: ReceiveRequest, stream: StreamDescription): Admission {
  const { store, user } = context
  const { target } = request
  const action = actionOf('full')
  const existing = findDataset(store, target)
  if (existing) {
    if (!request.force) throw new Failure(`${action}: destination '${target}' exists\nmust specify -F to overwrite it`)
    if (existing.dataset.partial) throw partiallyComplete(action, target)
    const [first] = store.history(existing.pool, existing.dataset).snapshots
    if (first) {
      throw new Failure(
        `${action}: destination has snapshots (eg. ${target}@${first.name})\nmust destroy them to overwrite it`,
      )
    }
    if (!mayDo(user, existing.pool, existing.dataset, 'receive', 'create', 'mount'))
      throw new Failure(`${action}: permission denied`)
    if (stream.flags.raw || existing.dataset.encryptionRoot !== null) {
      throw new Failure(
        `${action}: zfs receive -F cannot be used to destroy an encrypted filesystem or overwrite an unencrypted one with an encrypted one`,
      )
    }
  }
  const parentName = parentOf(target)
  const parent = parentName === null ? existing : findDataset(store, parentName)
  if (!parent) {
    throw new Failure(
      `cannot open '${parentName ?? target}': dataset does not exist\n${action}: unable to restore to destination`,
    )
  }
  if (parent.dataset.type === 'volume') throw new Failure(`${action}: parent '${parentName}' is not a filesystem`)
  const may = (right: string) => mayDo(user, parent.pool, parent.dataset, right, 'create', 'mount')
  if (!may('receive') && !may('receive:append')) throw new Failure(`${action}: permission denied`)
  assertWritable(parent.pool, action)
  const { pool } = parent
  const keyless = encryptionRootOf(pool, parent.dataset)
  const asked = request.properties.get('encryption')
  if (stream.flags.raw && asked !== undefined)
    throw new Failure(`${action}: encryption property 'encryption' cannot be set or excluded for raw streams.`)
  if (!stream.flags.raw && asked !== 'off' && keyless && !keyless.keyLoaded)
    throw new Failure(`${action}: inherited key must be loaded`)
  if (request.dryRun) return { pool, dataset: parent.dataset, partial: begun(context, stream), have: 0 }
  if (existing) destroyDataset(context, pool, existing.dataset)
  const properties = ownProperties(context, request, parent, stream)
  const dataset = createDataset(context, pool, { name: target, type: stream.type, properties })
  dataset.received = received(context, request, parent, stream)
  if (stream.properties) dataset.hadProperties = true
  if (stream.flags.raw && stream.cipher) {
    Object.assign(dataset.local, stream.cipher.settings)
    dataset.secret = stream.cipher.secret
    dataset.encryptionRoot = dataset.id
  }
  dataset.refer = dataset.written = dataset.own = emptyFilesystemBytes
  return begin(context, { pool, dataset }, request, stream, true, 0)
}

/** A record for a dry run, which leaves none. */
const begun = (context: Context, stream: StreamDescription): PartialRecord => ({
  id: 'dry',
  resumable: false,
  owner: context.owner,
  toName: stream.toName,
  toGuid: stream.toGuid,
  toTime: stream.toTime,
  fromGuid: stream.fromGuid,
  extents: stream.extents,
  booked: 0,
  flags: stream.flags,
  fresh: false,
  newestTxg: 0,
})

/** Settings of `-o`, less those that the user may not set: these are only warned of. */
function ownProperties(
  context: Context,
  request: ReceiveRequest,
  parent: Place,
  stream: StreamDescription,
): Record<string, string> {
  const properties: Record<string, string> = stream.volsize === undefined ? {} : { volsize: stream.volsize }
  for (const [name, value] of request.properties) {
    if (name === 'origin') continue
    const checked = checkSetting(name, value, stream.type, true)
    if ('fault' in checked) continue
    // It is part of how the dataset is made, and takes no right.
    const free = name === 'encryption'
    if (free || mayDo(context.user, parent.pool, parent.dataset, rightToSet(name))) properties[name] = checked.value
    else complain(context, `cannot receive ${name} property on ${request.target}: permission denied`)
  }
  return properties
}

/**
 * What comes to a dataset from the stream: neither what `-x` refuses, nor what the user may not set, which is only said.
 * `-x` passes over what is local there, whatever becomes of that.
 */
function received(
  context: Context,
  request: ReceiveRequest,
  place: Place,
  stream: StreamDescription,
  local: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const { user } = context
  const may = (name: string) => mayDo(user, place.pool, place.dataset, rightToSet(name))
  const applies = (name: string) => definitionOf(name)?.on.includes(stream.type === 'volume' ? 'v' : 'f') !== false
  for (const name of request.excluded)
    if (!applies(name))
      complain(context, `Warning: ${request.target}: property '${name}' does not apply to datasets of this type`)
  const refused = [...request.excluded].filter((name) => applies(name) && local[name] === undefined)
  const brought = Object.entries(stream.properties ?? {}).filter(([name]) => {
    return name !== 'volsize' && name !== 'refreservation' && !refused.includes(name) && !request.properties.has(name)
  })
  const inherited = refused.filter((name) => definitionOf(name)?.inherits !== false)
  for (const name of [...inherited, ...brought.map(([name]) => name).toSorted()])
    if (!may(name)) complain(context, `cannot receive ${name} property on ${request.target}: permission denied`)
  return Object.fromEntries(brought.filter(([name]) => may(name)))
}

/** The snapshot name that the stream will have here. */
export const nameHere = (request: ReceiveRequest, stream: Pick<StreamDescription, 'toName'>): string =>
  request.snapshotName ?? stream.toName.slice(stream.toName.indexOf('@') + 1)

/** `receive:append` is enough as long as nothing is rolled back. */
export const mayReceive = (user: string, { pool, dataset }: Place, force: boolean): boolean =>
  mayDo(user, pool, dataset, 'receive', 'create', 'mount') ||
  (!force && mayDo(user, pool, dataset, 'receive:append', 'create', 'mount'))

/** Data written since the base: in the head or in a snapshot taken here after it. */
const changedSince = ({ dataset }: Place, history: DatasetHistory, base: SnapshotRecord): boolean =>
  dataset.written > 0 || history.snapshots.slice(history.snapshots.indexOf(base) + 1).some((one) => one.written > 0)

function admitIncrement(context: Context, request: ReceiveRequest, stream: StreamDescription): Admission {
  const { store, user } = context
  const { target } = request
  const action = actionOf('incremental')
  const place = findDataset(store, target)
  if (!place) throw new Failure(`${action}: destination '${target}' does not exist`)
  const { pool, dataset } = place
  const history = store.history(pool, dataset)
  if (!mayReceive(user, place, request.force)) throw new Failure(`${action}: permission denied`)
  assertWritable(pool, action)
  if (dataset.partial) throw partiallyComplete(action, target)
  const root = encryptionRootOf(pool, dataset)
  if (!stream.flags.raw && root && !root.keyLoaded) throw new Failure(`${action}: inherited key must be loaded`)
  const name = nameHere(request, stream)
  if (history.snapshots.some((one) => one.name === name)) {
    throw new Failure(`cannot restore to ${target}@${name}: destination already exists`)
  }
  if (stream.flags.raw && !root) {
    throw new Failure(`${action}: cannot perform raw receive on top of existing unencrypted dataset`)
  }
  const base = history.snapshots.find((one) => one.guid === stream.fromGuid)
  if (!base) throw new Failure(`${action}: most recent snapshot of ${target} does not\nmatch incremental source`)
  // Raw blocks go on from the newest snapshot only.
  if (stream.flags.raw && !request.force && base !== history.snapshots.at(-1)) throw modified(action, target)
  if (stream.flags.raw && stream.cipher?.from !== base.ivset) {
    throw new Failure(
      `${action}: IV set guid mismatch. See the 'zfs receive' man page section\n discussing the limitations of raw encrypted send streams.`,
    )
  }
  if (dataset.large && !stream.flags.large) {
    throw new Failure(`${action}: incremental send stream requires -L (--large-block), to match previous receive.`)
  }
  if (!request.force && changedSince(place, history, base)) {
    throw modified(action, target)
  }
  if (request.dryRun) return { ...place, partial: begun(context, stream), have: 0 }
  applyProperties(context, request, place, stream)
  return begin(context, place, request, stream, false, history.snapshots.at(-1)?.txg ?? 0)
}

const modified = (action: string, target: string): Failure =>
  new Failure(`${action}: destination ${target} has been modified\nsince most recent snapshot`)

/** `-o` becomes local; the first stream with properties deletes what was local and the user may set, silently, as in ZFS. */
function applyProperties(context: Context, request: ReceiveRequest, place: Place, stream: StreamDescription): void {
  const { dataset, pool } = place
  const before = dataset.local
  const brought = received(context, request, place, stream, before)
  const may = (name: string) => mayDo(context.user, pool, dataset, rightToSet(name))
  if (stream.properties) {
    const stays = (name: string) => name === 'volsize' || name === 'refreservation' || !may(name)
    if (dataset.hadProperties !== true)
      dataset.local = Object.fromEntries(Object.entries(before).filter(([name]) => stays(name)))
    dataset.hadProperties = true
    dataset.received = brought
  } else for (const name of request.excluded) if (before[name] === undefined && may(name)) delete dataset.received[name]
  Object.assign(dataset.local, ownProperties(context, request, place, stream))
}

/** Goes on with what an earlier `receive -s` left. */
function admitResume(context: Context, request: ReceiveRequest, stream: StreamDescription): Admission {
  const { store, user } = context
  const { target } = request
  const action = actionOf('resume')
  const place = findDataset(store, target)
  if (!place) throw new Failure(`${action}: destination '${target}' does not exist`)
  const { pool, dataset } = place
  const { partial } = dataset
  const may = (right: string) => mayDo(user, pool, dataset, right, 'create', 'mount')
  if (!may('receive') && !(may('receive:append') && !request.force)) throw new Failure(`${action}: permission denied`)
  // Misleading, and said by ZFS for all of these: no such state, another one, or a snapshot taken here since.
  const mismatch = new Failure(`${action}: kernel modules must be upgraded to receive this stream.`)
  if (!partial?.resumable) throw mismatch
  if (isReceiving(dataset)) throw partiallyComplete(action, target)
  const { snapshots } = store.history(pool, dataset)
  const have = receivedBytes(store, pool, partial)
  if (partial.toGuid !== stream.toGuid || have !== stream.skip) throw mismatch
  if (!partial.fresh && partial.fromGuid === null && !request.force)
    throw new Failure(`${action}: Resuming recv on existing destination '${target}'\nmust specify -F to overwrite it`)
  if (!partial.fresh) {
    const newest = snapshots.at(-1)
    // A promote took the base away: what arrived has nothing to stand on here.
    if (!snapshots.some((one) => one.guid === partial.fromGuid)) throw mismatch
    if (newest?.guid !== partial.fromGuid && (newest?.txg ?? 0) > partial.newestTxg) throw mismatch
    if (dataset.written > 0 && !request.force) {
      throw new Failure(`${action}: destination ${target} has been modified\nsince most recent snapshot`)
    }
  }
  if (request.dryRun) return { ...place, partial, have }
  partial.owner = context.owner
  nextTxg(context, pool)
  return { ...place, partial, have }
}
