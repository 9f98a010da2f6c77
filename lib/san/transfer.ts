import type { SanTransfer, SanTransferOutcome, StepFault } from '#lib/engine/ports.ts'
import type { LegOutcome, RemoteFault, Ssh, TransferOutcome } from '#lib/ssh/types.ts'
import { showable } from '#lib/text/clean.ts'
import { classifyTransfer, receiveWarnings } from '#lib/zfs/faults.ts'
import type { ZfsFaultKind } from '#lib/zfs/types.ts'

/** What zfs says when the stream merely stopped: the link then has more to say than zfs. */
const ECHOES: ReadonlySet<ZfsFaultKind> = new Set([
  'link-died',
  'unrecognised',
  'nothing-sent',
  'interrupted',
  'bad-stream',
])

/** Runs `ssh primary zfs send … | ssh backup zfs receive …` and says in one fault why it did not end well. */
export async function transfer(ssh: Ssh, request: SanTransfer): Promise<SanTransferOutcome> {
  const outcome = await ssh.transfer({
    source: request.source,
    sink: request.sink,
    bandwidthLimit: request.bandwidthLimit,
    stallMs: request.stallMs,
    signal: request.signal,
    onProgress: request.onProgress,
  })
  return {
    ended: outcome.ended,
    bytes: outcome.bytes,
    durationMs: outcome.durationMs,
    sourceExit: outcome.source.exitCode,
    sinkExit: outcome.sink.exitCode,
    sourceStderr: outcome.source.stderr,
    sinkStderr: outcome.sink.stderr,
    fault: faultOf(outcome, request.stallMs),
    warnings: outcome.ended === 'completed' ? receiveWarnings(outcome.sink.stderr).map((fault) => fault.text) : [],
  }
}

function faultOf(outcome: TransferOutcome, stallMs: number): StepFault | null {
  if (outcome.ended === 'completed' || outcome.ended === 'cancelled') return null
  if (outcome.ended === 'stalled') return stalled(outcome, stallMs)
  const said = classifyTransfer({
    sendStderr: outcome.source.stderr,
    sendExit: outcome.source.exitCode,
    receiveStderr: outcome.sink.stderr,
    receiveExit: outcome.sink.exitCode,
  })
  const linkFault = transportFault(outcome)
  if (said !== null && (linkFault === null || !ECHOES.has(said.kind))) {
    const leg = said.side === 'send' ? outcome.source : outcome.sink
    return { kind: said.kind, host: leg.host, message: said.text, stderrTail: tail(leg), retryable: said.retryable }
  }
  if (linkFault !== null) return { ...linkFault }
  return {
    kind: 'unrecognised',
    host: outcome.sink.host,
    message: 'The transfer ended without a reason.',
    stderrTail: tail(outcome.sink),
    retryable: true,
  }
}

/** The link of the blamed leg first, then the other one's. A command that failed by itself is no fault of the link. */
function transportFault(outcome: TransferOutcome): RemoteFault | null {
  const legs = outcome.blame === 'source' ? [outcome.source, outcome.sink] : [outcome.sink, outcome.source]
  return legs.map((leg) => leg.fault).find((fault) => fault !== null && fault.kind !== 'command') ?? null
}

function stalled(outcome: TransferOutcome, stallMs: number): StepFault {
  const minutes = Math.round(stallMs / 6000) / 10
  return {
    kind: 'stalled',
    host: outcome.sink.host,
    message: `No byte has moved for ${minutes} min, so the transfer was ended; what arrived is kept and can be resumed.`,
    stderrTail: tail(outcome.sink),
    retryable: true,
  }
}

function tail(leg: LegOutcome): string {
  return showable(leg.stderr)
}
