import { type PartResult, type RunLimits, runPart, splitBatch } from './batch-run.ts'
import { type Backoff, backoffMs, isPassing, pause } from './breaker.ts'
import { cancelled, faultHere } from './classify.ts'
import type { HostLink } from './host-link.ts'
import type { BatchOptions, BatchResult, CommandResult, RemoteCommand, RemoteFault } from './types.ts'

const nothing = (fault: RemoteFault): PartResult => ({
  results: new Map(),
  fault,
  began: false,
  bytes: 0,
  noise: '',
  running: null,
})

/** A batch on one host: split where it is too long, tried again where it never began, and never twice where it did. */
export async function runBatch(
  link: HostLink,
  commands: readonly RemoteCommand[],
  options: BatchOptions,
  backoff: Backoff,
): Promise<BatchResult> {
  const startedAt = performance.now()
  const results = new Map<string, CommandResult>()
  let noise = ''
  const elapsed = (): number => performance.now() - startedAt
  const done = (fault: RemoteFault | null, running: string | null = null): BatchResult => ({
    host: link.host.id,
    results,
    fault,
    running,
    durationMs: elapsed(),
    noise,
  })

  const parts = checkedParts(commands)
  if (typeof parts === 'string') return done(faultHere(link.host.id, parts))
  if (options.toTheEnd && parts.length > 1)
    return done(faultHere(link.host.id, 'These commands belong in one line and are too long for one.'))
  const timeoutMs = options.timeoutMs ?? 15 * 60_000
  let bytesLeft = options.maxBytes ?? 64 * 1024 * 1024

  for (const part of parts) {
    const limits = (): RunLimits => ({
      signal: options.signal,
      silenceMs: options.silenceMs ?? 60_000,
      timeoutMs: Math.max(1, timeoutMs - elapsed()),
      maxBytes: bytesLeft,
      toTheEnd: options.toTheEnd ?? false,
    })
    const outcome = await withTries(link, part, limits, options, backoff)
    bytesLeft -= outcome.bytes
    noise ||= outcome.noise
    for (const [id, result] of outcome.results) results.set(id, result)
    if (outcome.fault !== null) return done(outcome.fault, outcome.running)
  }
  return done(null)
}

async function withTries(
  link: HostLink,
  part: readonly RemoteCommand[],
  limits: () => RunLimits,
  options: BatchOptions,
  backoff: Backoff,
): Promise<PartResult> {
  const tries = options.tries ?? 3
  for (let failures = 1; ; failures += 1) {
    const outcome = await attempt(link, part, limits())
    const { fault } = outcome
    if (fault === null || outcome.began || !isPassing(fault) || failures >= tries || link.breaker.isOpen) return outcome
    if (!(await pause(backoffMs(backoff, failures), options.signal))) return nothing(cancelled(link.host.id))
  }
}

async function attempt(link: HostLink, part: readonly RemoteCommand[], limits: RunLimits): Promise<PartResult> {
  await link.refresh()
  const own = await link.fault()
  if (own !== null) return nothing(own)
  const closed = link.breaker.enter()
  if (closed !== null) return nothing(closed)
  let outcome: PartResult | null = null
  try {
    outcome = await overMaster(link, part, limits)
    return outcome
  } catch (error) {
    if (!limits.signal?.aborted) throw error
    return nothing(cancelled(link.host.id))
  } finally {
    const fault = outcome?.fault ?? null
    link.breaker.report(outcome === null || fault?.kind === 'cancelled' ? 'none' : fault)
  }
}

async function overMaster(link: HostLink, part: readonly RemoteCommand[], limits: RunLimits): Promise<PartResult> {
  const lease = await link.lease(limits.signal)
  if ('kind' in lease) return nothing(lease)
  const outcome = await runPart(link, part, limits, lease.socket).finally(lease.release)
  const { fault, began } = outcome
  if (fault === null || fault.kind === 'cancelled' || fault.kind === 'local') return outcome
  if (began && fault.kind !== 'lost' && fault.kind !== 'timeout') return outcome
  // The control connection died, or hangs. What its client wrote says nothing of the host.
  lease.discard()
  if (began || fault.kind === 'timeout') return outcome
  // Nothing ran: ask the host itself, once.
  const release = await link.handshakes.take(limits.signal)
  return runPart(link, part, limits, null, release).finally(release)
}

function checkedParts(commands: readonly RemoteCommand[]): readonly (readonly RemoteCommand[])[] | string {
  const ids = idsOf(commands)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) return `Two commands of a batch have the id "${twice}": give each its own.`
  try {
    return splitBatch(commands)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const idsOf = (commands: readonly RemoteCommand[]): readonly string[] =>
  commands.flatMap((command) => [command.id, ...idsOf(command.onFailure ?? [])])
