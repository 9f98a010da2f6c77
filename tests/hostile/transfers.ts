import type { TransferOutcome, TransferRequest } from '#lib/ssh/types.ts'
import type { Wrong } from '#tests/bed/faults.ts'
import type { Random } from '#tests/bed/random.ts'
import { repeated, zfsNoise } from './noise.ts'

/** How it takes or gives a stream. */
export interface StreamLie {
  /** What its leg runs instead. */
  readonly instead?: (argv: readonly string[], random: Random) => readonly string[]
  /** What goes wrong with its leg. */
  readonly wrong?: (random: Random) => Wrong
  /** What it says of its end. */
  readonly says?: (outcome: TransferOutcome, side: 'source' | 'sink', random: Random) => TransferOutcome
}

type Leg = 'source' | 'sink'
function ofLeg(outcome: TransferOutcome, side: Leg, change: Partial<TransferOutcome['source']>): TransferOutcome {
  const legs = { source: outcome.source, sink: outcome.sink, [side]: { ...outcome[side], ...change } }
  const fine = legs.source.exitCode === 0 && legs.sink.exitCode === 0
  return { ...outcome, ...legs, ended: fine ? 'completed' : 'failed', blame: fine ? null : (outcome.blame ?? side) }
}

export const STREAMS: Readonly<Record<string, StreamLie>> = {
  'a garbled stream': { wrong: (random) => ({ kind: 'garble', at: random.int(200_000) }) },
  'a stream that breaks': { wrong: (random) => ({ kind: 'cut', after: random.int(150_000) }) },
  'a stream that is killed': { wrong: (random) => ({ kind: 'kill', after: random.int(150_000) }) },
  'a stream that stands': { wrong: (random) => ({ kind: 'hang', after: random.int(150_000) }) },
  'an end that is not told': { wrong: () => ({ kind: 'lost-end' }) },
  'a stream is refused': {
    wrong: (random) => ({
      kind: 'refuse',
      exitCode: random.pick([1, 2, 255]),
      stderr: random.chance(0.5) ? zfsNoise(random) : repeated(random),
    }),
  },
  'a stream and words': {
    wrong: (random) => ({ kind: 'noise', stderr: random.chance(0.5) ? zfsNoise(random) : repeated(random) }),
  },
  'the stream of something else': {
    instead: (argv, random) =>
      argv.includes('send')
        ? [
            'zfs',
            'send',
            `evil/${random.pick(['theirs', 'wood', 'wood/kid', 'lent', 'safe'])}@${random.pick(['s1', 's2', 's3'])}`,
          ]
        : [...argv.slice(0, -1), 'evil/elsewhere'],
  },
  'says that it went well': { says: (outcome, side) => ofLeg(outcome, side, { exitCode: 0, fault: null, stderr: '' }) },
  'says that it failed': {
    says: (outcome, side, random) =>
      ofLeg(outcome, side, {
        exitCode: random.pick([1, 255]),
        stderr: `${zfsNoise(random)}\n`,
        fault: {
          kind: 'command',
          host: 'x',
          message: zfsNoise(random),
          stderrTail: zfsNoise(random),
          exitCode: 1,
          retryable: random.chance(0.5),
        },
      }),
  },
}

/** The request with its own leg run in its own way. */
export function withLeg(request: TransferRequest, side: Leg, argv: readonly string[]): TransferRequest {
  return { ...request, [side]: { ...request[side], argv } }
}
