import type { Bed } from '#tests/bed/bed.ts'
import type { Wrong } from '#tests/bed/faults.ts'

export interface RemoteCall {
  readonly on: 'batch' | 'source' | 'sink'
  readonly words: string
}

/** Every way in which a batch of short commands, or one leg of a transfer, can go wrong. */
export const WRONGS: Readonly<Record<RemoteCall['on'], readonly Wrong[]>> = {
  batch: [
    { kind: 'connect', as: 'unreachable' },
    { kind: 'connect', as: 'auth' },
    { kind: 'cut', after: 0 },
    { kind: 'cut', after: 0, ran: true },
    { kind: 'cut', after: 1 },
    { kind: 'hang', after: 0 },
    { kind: 'lost-end' },
    { kind: 'garble', at: 40 },
    { kind: 'refuse', exitCode: 1, stderr: "cannot open 'tank/one': I/O error" },
    { kind: 'refuse', exitCode: 137, stderr: '' },
    { kind: 'noise', stderr: 'warning: the disk is warm' },
  ],
  source: [
    { kind: 'connect', as: 'unreachable' },
    { kind: 'connect', as: 'auth' },
    { kind: 'cut', after: 20_000 },
    { kind: 'hang', after: 20_000 },
    { kind: 'garble', at: 20_000 },
    { kind: 'lost-end' },
    { kind: 'kill', after: 20_000 },
    { kind: 'refuse', exitCode: 1, stderr: "cannot open 'tank/one@s1': dataset does not exist" },
    { kind: 'noise', stderr: 'warning: the disk is warm' },
  ],
  sink: [
    { kind: 'connect', as: 'timeout' },
    { kind: 'connect', as: 'auth' },
    { kind: 'cut', after: 20_000 },
    { kind: 'half-open', after: 20_000, forMs: 120_000 },
    { kind: 'hang', after: 20_000 },
    { kind: 'garble', at: 20_000 },
    { kind: 'lost-end' },
    { kind: 'kill', after: 20_000 },
    { kind: 'refuse', exitCode: 1, stderr: "cannot receive new filesystem stream: destination 'vault/one' is busy" },
    { kind: 'noise', stderr: 'cannot mount: Operation not permitted' },
  ],
}

/** Writes down every remote call of a bed from now on; the one with this number goes wrong. */
export function meddleWithCalls(bed: Bed, at: number | null, wrong: Wrong | null): readonly RemoteCall[] {
  const calls: RemoteCall[] = []
  const take = bed.faults.take.bind(bed.faults)
  bed.faults.take = (host, on, lines) => {
    calls.push({ on, words: `${host}: ${lines.map((line) => line.split(' ').slice(0, 3).join(' ')).join(' | ')}` })
    return calls.length - 1 === at ? wrong : take(host, on, lines)
  }
  return calls
}
