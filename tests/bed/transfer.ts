import { blame } from '#lib/ssh/transfer.ts'
import type { RemoteFault, TransferOutcome, TransferRequest } from '#lib/ssh/types.ts'
import type { VirtualClock } from './clock.ts'
import { type CommandEnd, Killed, runCommand } from './command.ts'
import { type FaultBook, remoteFault, type Wrong } from './faults.ts'
import type { BedHost } from './host.ts'
import { type LegLink, outcomeOf } from './leg.ts'
import { BrokenPipe, MemoryPipe } from './pipe.ts'

/** A login, and one piece of the stream, in ms of virtual time. */
const LOGIN_MS = 60
const PIECE_MS = 200

export interface TransferParts {
  readonly from: BedHost
  readonly to: BedHost
  readonly faults: FaultBook
  readonly clock: VirtualClock
}

/** What lib/ssh makes of a transfer: the receiver first, then the sender, joined by a pipe. */
export async function transfer(parts: TransferParts, request: TransferRequest): Promise<TransferOutcome> {
  const { from, to, faults, clock } = parts
  const startedAt = clock.now()
  const links: Record<'source' | 'sink', LegLink> = {
    source: { lost: false, refused: null },
    sink: { lost: false, refused: null },
  }
  const wrongs = {
    sink: wrongOf(to, faults, 'sink', request.sink.argv),
    source: null as Wrong | null,
  }
  let ended: 'stalled' | 'cancelled' | null = null
  await clock.sleep(LOGIN_MS)
  const pipe = new MemoryPipe()
  const stop = new AbortController()
  const onCancel = (): void => {
    ended ??= 'cancelled'
    stop.abort()
  }
  request.signal?.addEventListener('abort', onCancel, { once: true })
  if (request.signal?.aborted) onCancel()

  links.sink.refused = refusal(to, wrongs.sink) ?? (stop.signal.aborted ? remoteFault(to.id, 'cancelled') : null)
  let receiving: Promise<CommandEnd> | null = null
  let sending: Promise<CommandEnd> | null = null
  if (links.sink.refused === null) {
    receiving = receive()
    await clock.sleep(LOGIN_MS, stop.signal)
    if (stop.signal.aborted) pipe.end()
    else {
      wrongs.source = wrongOf(from, faults, 'source', request.source.argv)
      links.source.refused = refusal(from, wrongs.source)
      if (links.source.refused === null) sending = send()
      else pipe.end()
    }
  }
  // A far side that has not noticed is not waited for.
  const [sent, received] = await Promise.all([sending, Promise.race([receiving, goneSink(sending)])])
  request.signal?.removeEventListener('abort', onCancel)
  const source = outcomeOf(request.source, sent, links.source, wrongs.source)
  const sink = outcomeOf(request.sink, receiving === null ? null : (received ?? LOST_END), links.sink, wrongs.sink)
  const fine = source.exitCode === 0 && sink.exitCode === 0
  request.onProgress?.({ bytes: pipe.written, totalBytes: null, snapshot: null, atMs: clock.now() })
  return {
    ended: fine ? 'completed' : (ended ?? 'failed'),
    source,
    sink,
    bytes: pipe.written,
    durationMs: clock.now() - startedAt,
    blame: fine || ended !== null ? null : blame(source, sink),
  }

  /** Resolves only where the sink's connection is gone and its command goes on for a while. */
  async function goneSink(sender: Promise<CommandEnd> | null): Promise<CommandEnd> {
    await sender
    if (wrongs.sink?.kind === 'half-open' && links.sink.lost) return LOST_END
    return new Promise(() => {})
  }

  async function send(): Promise<CommandEnd> {
    from.running++
    const end = await answer(wrongs.source, () =>
      runCommand(request.source.argv, from, { read: async () => 0, write: carry }),
    ).finally(() => from.running--)
    if (links.sink.lost && wrongs.sink?.kind === 'half-open') return end
    pipe.end()
    return end
  }

  async function receive(): Promise<CommandEnd> {
    to.running++
    let taken = 0
    const read = async (buffer: Uint8Array, offset: number, length: number): Promise<number> => {
      const wrong = wrongs.sink
      if (wrong?.kind === 'kill' && taken >= wrong.after) throw new Killed()
      const got = await pipe.read(buffer, offset, length)
      taken += got
      return got
    }
    const write = async () => {}
    const end = await answer(wrongs.sink, () => runCommand(request.sink.argv, to, { read, write })).finally(
      () => to.running--,
    )
    pipe.break()
    return end
  }

  /** Every byte of the stream passes here, in the order of the wire: the source's link, the witness, the sink's link. */
  async function carry(piece: Uint8Array): Promise<void> {
    if (ended !== null) throw new BrokenPipe()
    let rest = piece.slice()
    for (const side of ['source', 'sink'] as const) {
      const wrong = wrongs[side]
      const at = pipe.written
      if (wrong === null || !('after' in wrong || 'at' in wrong)) continue
      if (wrong.kind === 'garble') {
        const place = wrong.at - at
        if (place >= 0 && place < rest.length) rest[place] = (rest[place] ?? 0) ^ 0xff
        continue
      }
      const after = 'after' in wrong ? wrong.after : 0
      if (at + rest.length <= after) continue
      if (wrong.kind === 'meanwhile') {
        wrongs[side] = null
        wrong.act()
        continue
      }
      if (wrong.kind === 'kill' && side === 'sink') continue
      rest = rest.subarray(0, Math.max(0, after - at))
      if (rest.length > 0) await pipe.write(rest)
      await end(side, wrong)
    }
    await clock.sleep(pieceMs(), stop.signal)
    if (ended !== null) throw new BrokenPipe()
    await pipe.write(rest)
    request.onProgress?.({ bytes: pipe.written, totalBytes: null, snapshot: null, atMs: clock.now() })
  }

  function pieceMs(): number {
    const slow = [wrongs.source, wrongs.sink].flatMap((wrong) => (wrong?.kind === 'slow' ? [wrong.pieceMs] : []))
    return Math.max(PIECE_MS, ...slow)
  }

  function linger(forMs: number): void {
    to.lingering++
    void clock.sleep(forMs).then(() => pipe.end())
    void receiving?.finally(() => to.lingering--)
  }

  /** The stream ends here and now, in the way of the fault. */
  async function end(side: 'source' | 'sink', wrong: Wrong): Promise<never> {
    if (wrong.kind === 'kill') throw new Killed()
    if (wrong.kind === 'hang') {
      await clock.sleep(request.stallMs, stop.signal)
      ended ??= 'stalled'
      throw new BrokenPipe()
    }
    links[side].lost = true
    if (wrong.kind === 'half-open' && side === 'sink') linger(wrong.forMs)
    throw new BrokenPipe()
  }
}

const LOST_END: CommandEnd = { exitCode: null, stdout: '', stderr: '' }

function wrongOf(host: BedHost, faults: FaultBook, on: 'source' | 'sink', argv: readonly string[]): Wrong | null {
  return host.up ? faults.take(host.id, on, [argv.join(' ')]) : { kind: 'connect', as: 'unreachable' }
}

const refusal = (host: BedHost, wrong: Wrong | null): RemoteFault | null =>
  wrong?.kind === 'connect' ? remoteFault(host.id, wrong.as) : null

async function answer(wrong: Wrong | null, work: () => Promise<CommandEnd>): Promise<CommandEnd> {
  if (wrong?.kind === 'refuse') return { exitCode: wrong.exitCode, stdout: '', stderr: `${wrong.stderr}\n` }
  return work()
}
