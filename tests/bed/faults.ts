import type { RemoteFault, RemoteFaultKind } from '#lib/ssh/types.ts'

/** What goes wrong with one ssh call. Counts are of bytes of the stream, or of commands of the batch. */
export type Wrong =
  /** The login fails: nothing ran. */
  | { readonly kind: 'connect'; readonly as: RemoteFaultKind }
  /** The connection dies after so many bytes; of a batch: after so many commands, the next one having run or not. */
  | { readonly kind: 'cut'; readonly after: number; readonly ran?: boolean }
  /** As a cut, but the far side does not notice for so long: its command goes on waiting. */
  | { readonly kind: 'half-open'; readonly after: number; readonly forMs: number }
  /** Nothing moves any more, without an end. */
  | { readonly kind: 'hang'; readonly after: number }
  /** Commands of the batch that fit never end, and their heartbeat goes on. */
  | { readonly kind: 'endless'; readonly command: RegExp }
  /** Every piece of the stream takes so long. */
  | { readonly kind: 'slow'; readonly pieceMs: number }
  /** One byte arrives changed. */
  | { readonly kind: 'garble'; readonly at: number }
  /** The command runs to its end, and its end is not seen. */
  | { readonly kind: 'lost-end' }
  /** The remote command is killed (SIGKILL), its connection stays. */
  | { readonly kind: 'kill'; readonly after: number }
  /** The command says this and ends so, without doing anything. */
  | { readonly kind: 'refuse'; readonly exitCode: number; readonly stderr: string }
  /** The command does its work and says this beside it. */
  | { readonly kind: 'noise'; readonly stderr: string }
  /** Commands of the batch do their work, and what they say is put like this. */
  | { readonly kind: 'says'; readonly what: RegExp; readonly instead: string }
  /** Somebody does something on the SANs while the stream is under way. */
  | { readonly kind: 'meanwhile'; readonly after: number; readonly act: () => void }

export interface Fault {
  readonly host: string
  readonly on: 'batch' | 'source' | 'sink'
  /** On the words of the command; for a batch: of any of its commands. */
  readonly match?: RegExp
  /** How many calls it hits. */
  readonly times: number
  readonly wrong: Wrong
}

/** The faults to come, each for so many calls. */
export class FaultBook {
  #faults: { readonly fault: Fault; left: number }[] = []
  /** How often each kind of fault has hit. */
  readonly hits = new Map<string, number>()

  add(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times })
  }

  clear(): void {
    this.#faults = []
  }

  /** The first fault that fits; it is used up by this. */
  take(host: string, on: Fault['on'], lines: readonly string[]): Wrong | null {
    const found = this.#faults.find(
      ({ fault, left }) =>
        left > 0 &&
        fault.host === host &&
        fault.on === on &&
        (fault.match === undefined || lines.some((line) => fault.match?.test(line))),
    )
    if (found === undefined) return null
    found.left--
    const name = `${on} ${found.fault.wrong.kind}`
    this.hits.set(name, (this.hits.get(name) ?? 0) + 1)
    return found.fault.wrong
  }
}

const FINAL: ReadonlySet<RemoteFaultKind> = new Set([
  'host-key-unknown',
  'host-key-changed',
  'auth',
  'key-file',
  'algorithms',
  'ssh-config',
  'account',
  'no-shell-answer',
  'command',
  'too-much-output',
  'local',
])

/** As lib/ssh says it. */
export function remoteFault(host: string, kind: RemoteFaultKind, message = `${host}: ${kind}.`): RemoteFault {
  return { kind, host, message, stderrTail: '', exitCode: null, retryable: !FINAL.has(kind) }
}
