import { Hindrance } from '../misbehave/effects.ts'
import type { Misbehaviour } from '../misbehave/rules.ts'
import { encryptionRootOf, mountNow, settingOf } from '../properties/settings.ts'
import { humanSize } from '../properties/sizes.ts'
import { fullName } from '../properties/validate.ts'
import { admit, mayReceive, nameHere } from '../receiving/admit.ts'
import { type ReceiveRequest, readBegin } from '../receiving/request.ts'
import { finish, keep, skipData, takeData } from '../receiving/transfer.ts'
import { type Command, type Context, complain, say } from '../state/environment.ts'
import { dropPartial, isReceiving } from '../state/partial.ts'
import { mayDo } from '../state/rights.ts'
import { findDataset, type Place } from '../state/tree.ts'
import type { StreamDescription } from '../stream/format.ts'
import { StreamInput } from '../stream/input.ts'
import { Failure, missingDataset, usageOf } from '../words/fail.ts'
import { faultOfName } from '../words/names.ts'
import { allValues, type Parsed, parseOptions } from '../words/options.ts'
import { parseAssignments } from './assignments.ts'

/** `zfs receive [-suvFn] [-o p=v]… [-x p]… NAME`, `zfs receive -A NAME`. */
export const receiveWith =
  (rules: readonly Misbehaviour[]): Command =>
  async (context, args) => {
    const usage = usageOf('receive')
    const options = parseOptions(args, 'vMnsFhuAdeo:x:', usage)
    const [name] = options.operands
    if (name === undefined) throw new Failure(`missing snapshot argument\n${usage}`, 2)
    if (options.flags.has('A')) return abort(context, name, usage)
    const request = requestOf(options, name, usage)
    const input = new StreamInput(context.io, new Hindrance(rules))
    const exists = () => findDataset(context.store, request.target) !== null
    const first = await readBegin(input, false, name, exists)
    if (faultOfName(name)) throw new Failure('cannot receive: invalid name')
    if (first?.kind !== 'compound') {
      if (first) await receiveOne(context, request, first, input, false)
      return 0
    }
    const inside = () => readBegin(input, true, name, () => true)
    for (let next = await inside(); next; next = await inside()) await receiveOne(context, request, next, input, true)
    return 0
  }

function requestOf({ flags, ...rest }: Parsed, name: string, usage: string): ReceiveRequest {
  const options = { flags, ...rest }
  const [target = '', snapshotName = null] = name.split('@')
  const properties = parseAssignments(allValues(options, 'o'), usage)
  const excluded = allValues(options, 'x').map(fullName)
  const twice = excluded.find((each, index) => properties.has(each) || excluded.indexOf(each) < index)
  if (twice !== undefined) throw new Failure(`property '${twice}' specified multiple times\n${usage}`, 2)
  return {
    target,
    snapshotName,
    force: flags.has('F'),
    resumable: flags.has('s'),
    unmounted: flags.has('u'),
    verbose: flags.has('v'),
    dryRun: flags.has('n'),
    properties,
    excluded: new Set(excluded),
  }
}

async function receiveOne(
  context: Context,
  request: ReceiveRequest,
  stream: StreamDescription,
  input: StreamInput,
  compound: boolean,
): Promise<void> {
  const { store } = context
  const began = context.now()
  const startBytes = input.bytes
  const here = `${request.target}@${nameHere(request, stream)}`
  const kind = stream.fromGuid === null ? 'full' : 'incremental'
  const tell = (line: string) => {
    if (request.verbose || request.dryRun) context.io.tell(1, `${line}\n`)
  }
  if (alreadyThere(context, request, stream)) {
    tell(`receiving ${kind} stream of ${stream.toName} into ${here}`)
    tell(`snap ${here} already exists; ignoring`)
    await skipData(input)
    tell(`received 0B stream in ${seconds(context.now() - began)} seconds (0B/sec)`)
    return
  }
  if (request.dryRun) {
    store.transaction(() => admit(context, request, stream))
    if (request.verbose) say(context, `would receive ${kind} stream of ${stream.toName} into ${here}`)
    if (compound) await skipData(input)
    return
  }
  const announce = () => tell(`receiving ${kind} stream of ${stream.toName} into ${here}`)
  // What stands in the way of a full stream is found before it is announced, the rest after.
  if (stream.kind !== 'full') announce()
  const admission = store.transaction(() => admit(context, request, stream))
  if (stream.kind === 'full') announce()
  await takeData(context, request, stream, admission, input)
  try {
    store.transaction(() => finish(context, request, stream, admission.partial))
  } catch (error) {
    if (error instanceof Failure)
      keep(
        context,
        request,
        admission,
        stream.extents.reduce((sum, one) => sum + one.b, 0),
      )
    throw error
  }
  const took = Math.max(0.01, (context.now() - began) / 1000)
  const bytes = input.bytes - startBytes
  tell(
    `received ${humanSize(bytes, 'B')} stream in ${took.toFixed(2)} seconds (${humanSize(Math.floor(bytes / took), 'B')}/sec)`,
  )
  if (!request.unmounted) mountReceived(context, request)
}

const seconds = (milliseconds: number) => Math.max(0.01, milliseconds / 1000).toFixed(2)

/** A snapshot of the same name and guid: ZFS passes over it and says so only with `-v`. */
function alreadyThere(context: Context, request: ReceiveRequest, stream: StreamDescription): boolean {
  if (stream.kind !== 'incremental') return false
  const { store } = context
  const place = findDataset(store, request.target)
  if (!place || place.dataset.partial || !mayReceive(context.user, place, request.force)) return false
  const root = encryptionRootOf(place.pool, place.dataset)
  // What cannot be written to is not looked into.
  if (!stream.flags.raw && root && !root.keyLoaded) return false
  const name = nameHere(request, stream)
  return store
    .history(place.pool, place.dataset)
    .snapshots.some((one) => one.name === name && one.guid === stream.toGuid)
}

/** On Linux only root mounts: for anyone else the data are there and this is said of the mount. */
function mountReceived(context: Context, request: ReceiveRequest): void {
  context.store.transaction(() => {
    const place = findDataset(context.store, request.target)
    if (!place || place.dataset.type === 'volume' || place.dataset.mounted) return
    const mountpoint = settingOf(place.pool, place.dataset, 'mountpoint')?.value ?? 'none'
    const canMount = settingOf(place.pool, place.dataset, 'canmount')?.value
    if (canMount !== 'on' || !mountpoint.startsWith('/')) return
    if (context.user !== 'root')
      return complain(context, `cannot mount '${mountpoint}': failed to create mountpoint: Permission denied`)
    mountNow(place.dataset)
    place.pool.txg++
    context.store.touch(place.pool)
  })
}

function abort(context: Context, name: string, usage: string): number {
  return context.store.transaction(() => {
    const place: Place | null = findDataset(context.store, name)
    if (!place) throw new Failure(`${missingDataset(name).message}\n${usage}`, 2)
    const { partial } = place.dataset
    if (!partial?.resumable) throw new Failure(`'${name}' does not have any resumable receive state to abort`)
    const what = partial.fresh ? name : `${name}/%recv`
    if (isReceiving(place.dataset)) throw new Failure(`cannot destroy '${what}': dataset is busy`)
    if (!mayDo(context.user, place.pool, place.dataset, 'destroy', 'mount')) {
      throw new Failure(`cannot destroy '${what}': permission denied`)
    }
    dropPartial(context.store, place.pool, place.dataset)
    return 0
  })
}
