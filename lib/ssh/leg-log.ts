import { createTextRing } from '#lib/process/text-ring.ts'
import { createHeldRing } from './batch-output.ts'
import { readMarker } from './marker.ts'

/** What `zfs send -v -P` says while it sends. */
export interface SendReport {
  readonly totalBytes: number | null
  readonly snapshot: string | null
  /** Of the snapshots before this one too. */
  readonly sentBytes: number
}

export interface LegLog {
  readonly onLine: (line: string) => void
  started(): boolean
  /** The command's own exit code, once its end was seen. */
  exitCode(): number | null
  /** Before the remote shell began. */
  noise(): string
  /** The command's stderr without markers and progress. */
  stderr(): string
  readonly report: () => SendReport
}

const SIZE = /^size\t(\d{1,20})$/
const PROGRESS = /^\d\d:\d\d:\d\d\t(\d{1,20})\t(.{1,255})$/
/** The estimate of each snapshot, before the first byte: `full\tname\tsize`, `incremental\tfrom\tto\tsize`. */
const ESTIMATE = /^(?:full|incremental)\t[^\t]+(?:\t[^\t]+)?\t\d+$/

/** What a resumed send tells of its token. */
const TOKEN = /^(?:resume token contents:|nvlist version: \d+|\t\w+ = .+)$/

/** What a sender says of its bytes may be any number; more than this is no longer a whole one. */
const held = (bytes: number): number => Math.min(bytes, Number.MAX_SAFE_INTEGER)

/** Reads the stderr of one leg: markers, progress, and the rest, which is what the command has to say. */
export function createLegLog(nonce: string): LegLog {
  const noise = createTextRing()
  const own = createHeldRing()
  let started = false
  let exitCode: number | null = null
  let totalBytes: number | null = null
  let snapshot: string | null = null
  let sentBefore = 0
  let sentOfThis = 0
  let ownText: string | null = null
  return {
    started: () => started,
    exitCode: () => exitCode,
    noise: () => noise.text(),
    stderr: () => ownText ?? own.text(),
    report: () => ({ totalBytes, snapshot, sentBytes: held(sentBefore + sentOfThis) }),
    onLine(line) {
      const marker = readMarker(line, nonce)
      if (!started) {
        if (marker?.type === 'shell') started = true
        else noise.push(line)
        return
      }
      if (marker?.type === 'end') {
        exitCode = marker.exitCode
        ownText = own.textBeforeMark()
        return
      }
      const size = SIZE.exec(line)?.[1]
      const sending = PROGRESS.exec(line)
      if (size !== undefined) totalBytes = held(Number(size))
      else if (sending !== null) {
        const [, bytes = '', name = ''] = sending
        if (name !== snapshot) sentBefore = held(sentBefore + sentOfThis)
        snapshot = name
        sentOfThis = held(Number(bytes))
      } else if (!ESTIMATE.test(line) && !TOKEN.test(line)) own.push(line)
    },
  }
}
