import type { Step } from '#lib/replication/types.ts'
import type { EngineDeps } from './deps.ts'
import type { StepFault } from './ports.ts'
import type { RunWriter } from './run-writer.ts'

/** How a step ended. Warnings are things a person should read although it went well. */
export interface StepEnd {
  readonly ended: 'done' | 'failed' | 'cancelled'
  readonly fault: StepFault | null
  readonly warnings: readonly string[]
}

export interface StepRequest {
  readonly deps: EngineDeps
  readonly writer: RunWriter
  readonly datasetId: string
  readonly bandwidthLimit: number | null
  readonly signal: AbortSignal
  /** Bytes of this step so far, for the booking. */
  readonly onBytes: (bytes: number) => void
}

/** Runs one step; its intent is on record before the command is sent, its outcome right after. */
export async function runStep(step: Exclude<Step, { kind: 'verify' }>, request: StepRequest): Promise<StepEnd> {
  const { deps, writer, datasetId } = request
  const commands = step.kind === 'transfer' ? [step.source, step.sink] : [step.command]
  const actionId = await deps.store.beginAction({
    runId: writer.run.id,
    datasetId,
    step: step.n,
    kind: step.kind === 'transfer' ? 'TRANSFER' : 'COMMAND',
    title: step.title,
    host: commands.map((command) => command.host).join(' → '),
    command: commands.map((command) => command.argv),
    detail: { estimateBytes: step.estimateBytes },
    now: deps.now(),
  })
  try {
    const end = step.kind === 'transfer' ? await runTransfer(step, request) : await runCommand(step, request)
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

interface Ended extends StepEnd {
  readonly exitCode: number | null
  readonly bytes: number | null
  readonly stderr: string
}

async function runTransfer(step: Extract<Step, { kind: 'transfer' }>, request: StepRequest): Promise<Ended> {
  const { deps, writer } = request
  writer.transferBegins(step.estimateBytes)
  const outcome = await deps.sans.transfer({
    source: step.source,
    sink: step.sink,
    bandwidthLimit: request.bandwidthLimit,
    stallMs: deps.config().limits.stallSeconds * 1000,
    signal: request.signal,
    onProgress: ({ bytes, totalBytes, atMs }) => {
      writer.transferred(bytes, totalBytes, atMs)
      request.onBytes(bytes)
    },
  })
  writer.transferred(outcome.bytes, null, deps.now())
  return {
    ended: outcome.ended === 'completed' ? 'done' : outcome.ended === 'cancelled' ? 'cancelled' : 'failed',
    fault: outcome.fault,
    warnings: outcome.warnings,
    exitCode: outcome.sinkExit !== 0 ? outcome.sinkExit : outcome.sourceExit,
    bytes: outcome.bytes,
    stderr: [outcome.sourceStderr, outcome.sinkStderr]
      .filter((text) => text !== '')
      .join('\n')
      .slice(-4096),
  }
}

/** A step that may fail without harm (an anchor) becomes a warning instead of an end. */
async function runCommand(step: Extract<Step, { kind: 'bookmark' }>, request: StepRequest): Promise<Ended> {
  const outcome = await request.deps.sans.command(step.command, request.signal)
  const told = { exitCode: outcome.exitCode, bytes: null, stderr: outcome.stderr.slice(-4096) }
  if (outcome.ok) return { ended: 'done', fault: null, warnings: [], ...told }
  if (request.signal.aborted) return { ended: 'cancelled', fault: null, warnings: [], ...told }
  // Its name is its snapshot's guid: another repair from this primary has made the same one a moment before.
  if (outcome.fault?.kind === 'name-taken') return { ended: 'done', fault: null, warnings: [], ...told }
  if (step.optional)
    return {
      ended: 'done',
      fault: null,
      warnings: [`${step.title} did not work: ${outcome.fault?.message ?? 'no reason was given'}`],
      ...told,
    }
  return { ended: 'failed', fault: outcome.fault, warnings: [], ...told }
}
