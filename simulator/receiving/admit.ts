import { createDataset } from '../changes/create.ts'
import { destroyDataset } from '../changes/destroy.ts'
import { nextTxg } from '../changes/environment.ts'
import { type Context, complain } from '../cli/context.ts'
import { Failure } from '../cli/fail.ts'
import { parentOf } from '../cli/names.ts'
import { mayDo, rightToSet } from '../cli/rights.ts'
import { assertWritable } from '../commands/writable.ts'
import { encryptionRootOf } from '../properties/encryption.ts'
import { definitionOf } from '../properties/table.ts'
import { checkSetting } from '../properties/validate.ts'
import type { PartialRecord } from '../state/model.ts'
import { saveProgress } from '../state/partial.ts'
import { randomGuid } from '../state/random.ts'
import { emptyFilesystemBytes } from '../state/space.ts'
import { findDataset, type Place } from '../state/tree.ts'
import type { StreamDescription } from '../stream/format.ts'
import { admitIncrement } from './admit-increment.ts'
import { admitResume } from './admit-resume.ts'
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

export const partiallyComplete = (action: string, name: string): Failure =>
  new Failure(`${action}: destination ${name} contains partially-complete state from "zfs receive -s".`)

/** The record of a receive that begins now. */
export function begin(
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
export const begun = (context: Context, stream: StreamDescription): PartialRecord => ({
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
export function ownProperties(
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
export function received(
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
