import type { Child } from '#lib/process/child.ts'
import { openPipeline, type Pipeline } from '#lib/process/pipeline.ts'
import { type ProcessIo, processIo } from '#lib/process/proc.ts'
import { cancelled, faultHere } from './classify.ts'
import type { HostLink } from './host-link.ts'
import { createLeg, type LegRun } from './leg.ts'
import { newNonce } from './marker.ts'
import type { LegOutcome, RemoteFault, TransferOutcome, TransferRequest } from './types.ts'

interface TransferTimes {
  /** Between two looks at the counters, and two reports. */
  readonly pollMs: number
  /** How long a leg whose partner has ended may take to end by itself: a receiver saves what it has. */
  readonly graceMs: number
}

/** The legs that are there, and the fault of one that could not be started. */
interface Run {
  readonly source: LegRun
  readonly sink: LegRun
  throttle: Child | null
  early: { readonly leg: LegRun; readonly fault: RemoteFault } | null
}

/**
 * Two connections joined by a pipe of the kernel. The receiver is started first and the sender only when it is ready: a
 * receiver that cannot begin costs no stream, and the count starts at an exact zero.
 */
export async function runTransfer(
  from: HostLink,
  to: HostLink,
  request: TransferRequest,
  times: TransferTimes,
): Promise<TransferOutcome> {
  const startedAt = performance.now()
  // The answer to a keepalive has some 100 bytes; an idle connection must not look like one that moves.
  const count = createByteCount(() => performance.now(), 128 / (to.settings.serverAliveIntervalSeconds * 1000))
  const stream = newNonce()
  const source = createLeg(from, request.source, 'source', stream)
  const sink = createLeg(to, request.sink, 'sink', stream, () => sample())
  const sample = (): number => count.sample(source.log.report().sentBytes)
  const run: Run = { source, sink, throttle: null, early: null }
  const stop = new AbortController()
  let ended: 'stalled' | 'cancelled' | null = null

  const end = (reason: 'stalled' | 'cancelled'): void => {
    ended ??= reason
    if (stop.signal.aborted) return
    stop.abort()
    // The sender first: the receiver then sees the end of its stream, and `receive -s` saves what it has.
    source.child()?.endInput()
    source.child()?.terminate(2_000)
    endAfter(times.graceMs, [run.throttle, sink.child()])
  }
  const poll = setInterval(() => {
    const bytes = sample()
    const { totalBytes, snapshot } = source.log.report()
    request.onProgress?.({ bytes, totalBytes, snapshot, atMs: Date.now() })
    if (performance.now() - count.lastMovedAt() >= request.stallMs) end('stalled')
  }, times.pollMs)
  const onCancel = (): void => end('cancelled')
  request.signal?.addEventListener('abort', onCancel, { once: true })
  if (request.signal?.aborted) onCancel()

  await startAll(run, request.bandwidthLimit, (pid) => count.begin(pid), stop.signal)
  await settle(run, times.graceMs)
  clearInterval(poll)
  request.signal?.removeEventListener('abort', onCancel)

  const why = (leg: LegRun): RemoteFault | null => {
    if (ended !== null) return endFault(ended, leg.link.host.id, request.stallMs)
    return run.early?.leg === leg ? run.early.fault : null
  }
  const legs = { source: await source.outcome(why(source)), sink: await sink.outcome(why(sink)) }
  const guilty = run.early?.leg.side ?? blame(legs.source, legs.sink)
  const fine = legs.source.exitCode === 0 && legs.sink.exitCode === 0
  return {
    ended: fine ? 'completed' : (ended ?? 'failed'),
    sink: legs.sink,
    source: guilty === 'sink' ? withoutReader(legs.source, legs.sink.host) : legs.source,
    bytes: sample(),
    durationMs: performance.now() - startedAt,
    blame: fine || ended !== null ? null : guilty,
  }
}

/** Starts the receiver, waits for it, then starts the rest; the first that fails is noted and nothing more is started. */
async function startAll(
  run: Run,
  limit: number | null,
  onReady: (pid: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let pipeline: Pipeline | null = null
  try {
    const throttle = limit === null ? [] : [{ file: 'pv', args: ['-q', '-L', String(Math.max(1, Math.round(limit)))] }]
    pipeline = await openPipeline([run.source.stage, ...throttle, run.sink.stage])
    if (!(await begin(run, run.sink, pipeline, throttle.length + 1, signal))) return
    onReady(run.sink.child()?.pid ?? 0)
    if (throttle.length > 0) {
      run.throttle = pipeline.start(1)
      if (run.throttle.pid === null)
        throw new Error('bandwidth_limit needs the program pv, which is not there: install it.')
    }
    await begin(run, run.source, pipeline, 0, signal)
  } catch (error) {
    if (signal.aborted) return
    const message = `The witness could not join the two connections. ${error instanceof Error ? error.message : error}`
    run.early = { leg: run.source, fault: faultHere(run.source.link.host.id, message) }
  } finally {
    pipeline?.abandon()
  }
}

/** True when the leg's remote shell runs. */
async function begin(run: Run, leg: LegRun, pipeline: Pipeline, index: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false
  const fault = await leg.start(pipeline, index, signal)
  if (fault !== null) run.early = { leg, fault }
  return fault === null && leg.log.started()
}

/** Waits for all that runs. A leg whose partner has ended has nothing more to do and is given `graceMs`. */
async function settle({ source, sink, throttle }: Run, graceMs: number): Promise<void> {
  const [sender, receiver] = [source.child(), sink.child()]
  if (sender === null) endAfter(graceMs, [throttle, receiver])
  void receiver?.exited.then(() => endAfter(graceMs, [throttle, sender]))
  await Promise.all([sender, throttle, receiver].map((child) => child?.exited))
}

function endAfter(graceMs: number, children: readonly (Child | null)[]): void {
  for (const child of children) {
    if (child === null) continue
    const timer = setTimeout(() => child.terminate(2_000), graceMs)
    void child.exited.then(() => clearTimeout(timer))
  }
}

/** The sender of a receiver that ended is cut off, which is no fault of its host or of the network. */
function withoutReader(source: LegOutcome, receiver: string): LegOutcome {
  // Cut off together with its connection, or by SIGPIPE a moment before.
  if (source.fault === null || (source.fault.kind !== 'lost' && source.exitCode !== 141)) return source
  const message = `The sender on ${source.host} was ended because the receiver on ${receiver} had ended.`
  return { ...source, fault: { ...source.fault, message } }
}

const endFault = (ended: 'stalled' | 'cancelled', host: string, stallMs: number): RemoteFault =>
  ended === 'cancelled'
    ? cancelled(host)
    : {
        ...faultHere(host, `Nothing was transferred for ${Math.round(stallMs / 1000)} s, so the transfer was ended.`),
        kind: 'timeout',
        retryable: true,
      }

/** What a receiver says when its stream ended too early: look at the sender. */
const SHORT_STREAM = /failed to read from stream|incomplete stream/

const failed = (leg: LegOutcome): boolean => leg.fault !== null || leg.exitCode !== 0

/** A sender that lost its reader: SIGPIPE under a shell, or ssh that could write no more. It has nothing to say itself. */
const lostItsReader = (leg: LegOutcome): boolean =>
  leg.stderr.trim() === '' && (leg.exitCode === 141 || leg.exitCode === 255 || leg.fault?.kind === 'lost')

/**
 * Which leg a failed transfer is to be laid to. For one and the same failure of the receiver the sender ends with 0, 1, 141
 * or 255: so the receiver first, and the sender only if it has its own message or the receiver points at it.
 */
export function blame(source: LegOutcome, sink: LegOutcome): 'source' | 'sink' | null {
  if (!failed(sink)) return failed(source) ? 'source' : null
  if (!failed(source)) return 'sink'
  if (!sink.started) return 'sink'
  if (!source.started) return 'source'
  const pointsAway = sink.stderr.trim() === '' || SHORT_STREAM.test(sink.stderr)
  return sink.fault?.kind === 'command' && pointsAway && !lostItsReader(source) ? 'source' : 'sink'
}

/** A stream of zfs has a begin and an end record of 312 bytes each; less is the connection's own talk. */
const SMALLEST_STREAM = 600

/**
 * Bytes that went through the witness, from the counters of the kernel: what the receiving ssh has read, less what it had
 * read when its remote shell began (libraries, keys, the handshake). That is the stream, which comes in on its stdin, and
 * beside it only the answers of its server: about 0.05 %, and some 300 bytes at the end. The sending ssh's counter says less: it ends first, with up to
 * 2 MiB still to be written, and its handshake cannot be told from the first bytes.
 *
 * A kernel that does not count (built without TASK_IO_ACCOUNTING, gVisor) has no such file: then it is what `zfs send -v`
 * says that it has sent, once a second.
 */
interface ByteCount {
  /** The receiver is ready; nothing was sent yet. */
  begin(pid: number): void
  /** Reads the counter anew. `sent`: bytes that the sender says it has sent; 0 where it says nothing. */
  sample(sent: number): number
  /** When it last rose by more than the connection's own keepalives explain. */
  lastMovedAt(): number
}

export function createByteCount(
  now: () => number,
  keepaliveBytesPerMs: number,
  readIo: (pid: number) => ProcessIo | null = processIo,
): ByteCount {
  let pid: number | null = null
  let isCounted = true
  let base = 0
  let bytes = 0
  let movedAt = now()
  let movedBytes = 0
  return {
    begin(receiver) {
      pid = receiver
      const io = readIo(receiver)
      isCounted = io !== null
      base = io?.read ?? 0
      movedAt = now()
    },
    sample(sent) {
      const io = pid === null || !isCounted ? null : readIo(pid)
      if (io !== null) bytes = Math.max(bytes, io.read - base)
      else if (!isCounted) bytes = Math.max(bytes, sent)
      const noise = 256 + (now() - movedAt) * keepaliveBytesPerMs
      if (bytes - movedBytes > noise) {
        movedBytes = bytes
        movedAt = now()
      }
      return bytes < SMALLEST_STREAM ? 0 : bytes
    },
    lastMovedAt: () => movedAt,
  }
}
