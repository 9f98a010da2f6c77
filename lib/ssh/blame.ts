import type { LegOutcome } from './types.ts'

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
