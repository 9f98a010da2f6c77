import type { Policy } from '#config/effective.ts'
import { isSmall, roomIn, stopReceiveBelow } from '#lib/replication/space.ts'
import type { HostCommand, Step } from '#lib/replication/types/plan.ts'
import type { Json } from '#lib/replication/types/reason.ts'
import { showable } from '#lib/text/clean.ts'
import { bytesText } from '#lib/text/words.ts'
import { markedAt } from '#lib/zfs/witness-mark.ts'
import type { EngineDeps, StepFault } from './ports.ts'
import type { RunWriter } from './run-record.ts'

/** How a step ended. Warnings are things a person should read although it went well. */
export interface StepEnd {
  readonly ended: 'done' | 'failed' | 'cancelled'
  readonly fault: StepFault | null
  readonly warnings: readonly string[]
  /** Of the command; null where its end was not seen, or it was not sent. */
  readonly exitCode: number | null
}

type StepDeps = Pick<EngineDeps, 'sans' | 'store' | 'config' | 'now' | 'sleep' | 'log'>

export interface StepRequest {
  readonly deps: StepDeps
  readonly writer: RunWriter
  readonly datasetId: string
  readonly bandwidthLimit: number | null
  readonly signal: AbortSignal
  /** Where the stream goes, and how much must stay free there. */
  readonly pool: { readonly name: string; readonly keepFree: Policy['keepFree'] }
  /** Epoch ms at which a transfer of policy has to stop (the end of its window); null: never. */
  readonly stopAt: number | null
  /** For the journal, beside the commands. */
  readonly detail?: { readonly [key: string]: Json }
  /** Bytes of this step so far, for the booking. */
  readonly onBytes: (bytes: number) => void
}

/** Runs one step; its intent is on record before the command is sent, its outcome right after. */
export async function runStep(planned: Exclude<Step, { kind: 'verify' }>, request: StepRequest): Promise<StepEnd> {
  const { deps, writer, datasetId } = request
  const step = atThisMoment(planned, deps.now())
  const commands = commandsOf(step)
  const actionId = await deps.store.beginAction({
    runId: writer.run.id,
    datasetId,
    step: step.n,
    kind: step.kind === 'transfer' ? 'TRANSFER' : 'COMMAND',
    title: step.title,
    host: [...new Set(commands.map((command) => command.host))].join(' → '),
    command: commands.map((command) => command.argv),
    detail: { ...request.detail, estimateBytes: step.estimateBytes },
    now: deps.now(),
  })
  try {
    const end = (await unexpected(step, request)) ?? (await execute(step, request))
    await deps.store.endAction(actionId, {
      state: end.ended === 'done' ? 'SUCCEEDED' : end.ended === 'cancelled' ? 'CANCELLED' : 'FAILED',
      exitCode: end.exitCode,
      bytes: end.bytes,
      error: end.fault?.message ?? null,
      detail: { warnings: end.warnings, stderr: end.stderr, fault: end.fault?.kind ?? null },
      now: deps.now(),
    })
    return end
  } catch (error) {
    await deps.store.endAction(actionId, {
      state: 'FAILED',
      exitCode: null,
      bytes: null,
      error: `${error}`,
      now: deps.now(),
    })
    throw error
  }
}

/** The one word of a plan that is not sent as it was shown: the time in the mark of this witness. */
function atThisMoment<S extends Exclude<Step, { kind: 'verify' }>>(step: S, now: number): S {
  if (step.kind === 'commands' && step.role === 'mark')
    return { ...step, commands: step.commands.map((each) => ({ ...each, argv: markedAt(each.argv, now) })) }
  if (step.kind === 'transfer') return { ...step, sink: { ...step.sink, argv: markedAt(step.sink.argv, now) } }
  return step
}

interface Ended extends StepEnd {
  readonly bytes: number | null
  readonly stderr: string
}

function commandsOf(step: Exclude<Step, { kind: 'verify' }>): readonly HostCommand[] {
  if (step.kind === 'transfer') return [step.source, step.sink]
  return step.kind === 'commands' ? step.commands : [step.command]
}

/** What the step expects to find is looked at once more, a moment before: what was shown is what is changed. */
async function unexpected(
  step: Exclude<Step, { kind: 'verify' }>,
  { deps, signal }: StepRequest,
): Promise<Ended | null> {
  if (step.kind !== 'commands' || step.expects.length === 0) return null
  const { host } = step
  const difference = await deps.sans.differs(host, step.expects, signal)
  if (difference === null) return null
  const message = `${step.title}: not done, because on ${host} ${difference}.`
  const fault: StepFault = { kind: 'plan-stale', host, message, stderrTail: '', retryable: true }
  return { ended: 'failed', fault, warnings: [], exitCode: null, bytes: null, stderr: '' }
}

function execute(step: Exclude<Step, { kind: 'verify' }>, request: StepRequest): Promise<Ended> {
  return step.kind === 'transfer' ? runTransfer(step, request) : runCommand(step, request)
}

async function runTransfer(step: Extract<Step, { kind: 'transfer' }>, request: StepRequest): Promise<Ended> {
  const { deps, writer } = request
  writer.transferBegins(step.estimateBytes)
  const watch = watchTransfer(deps, request, { host: step.sink.host, isIncrement: step.baseGuid !== null })
  const outcome = await deps.sans
    .transfer({
      source: step.source,
      sink: step.sink,
      bandwidthLimit: request.bandwidthLimit,
      stallMs: deps.config().limits.stallSeconds * 1000,
      signal: watch.signal,
      onProgress: ({ bytes, totalBytes, atMs }) => {
        writer.transferred(bytes, totalBytes, atMs)
        request.onBytes(bytes)
        watch.moved(bytes)
      },
    })
    .finally(watch.end)
  writer.transferred(outcome.bytes, null, deps.now())
  const stopped = outcome.ended === 'completed' ? null : watch.stopped()
  return {
    ended:
      outcome.ended === 'completed'
        ? 'done'
        : stopped === null && outcome.ended === 'cancelled'
          ? 'cancelled'
          : 'failed',
    fault: stopped ?? outcome.fault,
    warnings: outcome.warnings,
    exitCode: outcome.sinkExit !== 0 ? outcome.sinkExit : outcome.sourceExit,
    bytes: outcome.bytes,
    stderr: showable([outcome.sourceStderr, outcome.sinkStderr].filter((text) => text !== '').join('\n')),
  }
}

/**
 * A name that is taken is as good as made: an anchor's is its snapshot's guid (another repair from this primary has made the
 * same one a moment before), a hold's is ours. A promote or a rename that finds a name taken has done nothing.
 */
function isThereAlready(step: Extract<Step, { kind: 'bookmark' | 'commands' }>): boolean {
  return step.kind === 'bookmark' || step.role === 'hold' || step.role === 'keep'
}

/** A step that may fail without harm (an anchor, a hold) becomes a warning instead of an end. */
async function runCommand(
  step: Extract<Step, { kind: 'bookmark' | 'commands' }>,
  request: StepRequest,
): Promise<Ended> {
  const { sans } = request.deps
  // A line of commands is not stopped by a cancel: it ends on the host in any case, and here its end is waited for.
  const outcome =
    step.kind === 'bookmark' ? await sans.command(step.command, request.signal) : await sans.sequence(step.commands)
  const said = { exitCode: outcome.exitCode, bytes: null, stderr: showable(outcome.stderr) }
  if (outcome.ok) return { ended: 'done', fault: null, warnings: [], ...said }
  if (request.signal.aborted) return { ended: 'cancelled', fault: null, warnings: [], ...said }
  if (step.kind === 'commands' && step.role === 'release' && outcome.stderr.includes('no such tag on this dataset'))
    return { ended: 'done', fault: null, warnings: [], ...said }
  if (outcome.fault?.kind === 'name-taken' && isThereAlready(step))
    return { ended: 'done', fault: null, warnings: [], ...said }
  if (step.kind === 'commands' && step.role === 'mark') {
    // The backup is as good without it. It is on record with the command, and no reason to look at every run.
    const { writer, datasetId, deps } = request
    deps.log.warn(`${step.title} did not work: ${outcome.fault?.message ?? 'no reason was given'}`, {
      runId: writer.run.id,
      datasetId,
      host: step.host,
    })
    return { ended: 'done', fault: null, warnings: [], ...said }
  }
  if (step.optional)
    return {
      ended: 'done',
      fault: null,
      warnings: [`${step.title} did not work: ${outcome.fault?.message ?? 'no reason was given'}`],
      ...said,
    }
  return { ended: 'failed', fault: outcome.fault, warnings: [], ...said }
}

/** Free space is read so often during a receive. */
const EVERY_MS = 60_000

interface TransferWatch {
  /** Bytes of this stream so far. */
  moved(bytes: number): void
  /** Fires when the caller's does, or when the watch finds a reason to stop. */
  readonly signal: AbortSignal
  /** Why the watch stopped it; null: it did not. */
  stopped(): StepFault | null
  end(): void
}

/**
 * Two reasons to stop a transfer that runs well, its token kept: the target pool is about to fill up (which would break
 * every other backup in it), and the end of the repair window.
 */
function watchTransfer(
  deps: Pick<StepDeps, 'sans' | 'now' | 'sleep' | 'log'>,
  { signal, pool, stopAt }: StepRequest,
  { host, isIncrement }: { readonly host: string; readonly isIncrement: boolean },
): TransferWatch {
  const own = new AbortController()
  const over = new AbortController()
  let reason: StepFault | null = null
  let bytes = 0
  const stop = (kind: string, message: string): void => {
    reason ??= { kind, host, message, stderrTail: '', retryable: false }
    own.abort()
  }
  const watching = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const left = stopAt === null ? EVERY_MS : Math.min(EVERY_MS, stopAt - deps.now())
      if (left > 0) await deps.sleep(left, over.signal)
      if (over.signal.aborted) return
      if (stopAt !== null && deps.now() >= stopAt) {
        stop('window-ended', 'The repair window is over; what has arrived is kept and goes on in the next one.')
        return
      }
      const facts = await deps.sans.pool(host, pool.name, over.signal)
      if (facts === null || over.signal.aborted) continue
      const { free, size } = roomIn(facts)
      const least = stopReceiveBelow(pool.keepFree, size, isIncrement && isSmall(bytes, size))
      if (free >= least) continue
      stop(
        'low-space',
        `Pool ${pool.name} on ${host} has only ${bytesText(free)} free (at least ${bytesText(least)} must stay): the receive was stopped before it filled up, its token is kept.`,
      )
      return
    }
  }
  watching().catch((error: unknown) => {
    if (!over.signal.aborted) deps.log.warn(`The free space of ${pool.name} could not be watched: ${error}`, { host })
  })
  return {
    moved: (soFar) => {
      bytes = soFar
    },
    signal: AbortSignal.any([signal, own.signal]),
    stopped: () => (signal.aborted ? null : reason),
    end: () => over.abort(),
  }
}
