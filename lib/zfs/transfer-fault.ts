import { classifyZfs } from './messages.ts'
import type { ZfsFault, ZfsFaultKind } from './types.ts'

export interface TransferEnds {
  readonly sendStderr: string
  /** Null when its end was not seen. */
  readonly sendExit: number | null
  readonly receiveStderr: string
  readonly receiveExit: number | null
}

export interface TransferFault extends ZfsFault {
  readonly side: 'send' | 'receive'
}

/** What a receiver says when its sender stopped, whatever the sender's reason was. */
const ECHOES: ReadonlySet<ZfsFaultKind> = new Set(['nothing-sent', 'interrupted', 'bad-stream'])
/** What a sender says when its receiver stopped. */
const SIGPIPE = 141
const SIGNALLED = 128
const SSH_ITSELF = 255

/**
 * Why a transfer failed, or null when both ends ended with 0 (which proves nothing yet: read the target again).
 *
 * The receiver speaks first: for one and the same refusal of the receiver the sender ends with 0, 1, 141 or 255. Only
 * where the receiver merely notes that the stream stopped, the sender's own message is the reason.
 */
export function classifyTransfer(ends: TransferEnds): TransferFault | null {
  const fault = blamed(ends)
  const exit = fault?.side === 'send' ? ends.sendExit : ends.receiveExit
  if (fault?.kind !== 'link-died' || exit === null || exit <= SIGNALLED || exit === SIGPIPE || exit === SSH_ITSELF)
    return fault
  return { ...fault, text: `zfs ${fault.side} was ended by a signal (code ${exit}).` }
}

function blamed(ends: TransferEnds): TransferFault | null {
  if (ends.sendExit === 0 && ends.receiveExit === 0) return null
  const received = ends.receiveExit === 0 ? null : classifyZfs(ends.receiveStderr)
  if (received !== null && !ECHOES.has(received.kind)) return { side: 'receive', ...received }
  const sent = ends.sendExit === 0 ? null : classifyZfs(ends.sendStderr)
  if (sent !== null && (received === null || (sent.kind !== 'link-died' && sent.kind !== 'unrecognised')))
    return { side: 'send', ...sent }
  if (received !== null) return { side: 'receive', ...received }
  return silent(ends)
}

/** An end without a word: cut off or killed by a signal where the code says so, else something that nobody described. */
function silent({ sendExit, receiveExit }: TransferEnds): TransferFault {
  const receiverFailed = receiveExit !== 0
  const side = receiverFailed ? 'receive' : 'send'
  const exit = receiverFailed ? receiveExit : sendExit
  if (exit === null) return { side, kind: 'link-died', text: `The end of zfs ${side} was not seen.`, retryable: true }
  const signalled = exit === SIGPIPE || exit > SIGNALLED
  const kind: ZfsFaultKind = signalled ? 'link-died' : 'unrecognised'
  return { side, kind, text: `zfs ${side} ended with code ${exit} and said nothing.`, retryable: signalled }
}
