import { createTextRing, type TextRing } from '#lib/process/text-ring.ts'
import { beatMark, beginMark, endMark, readMarker } from './marker.ts'

interface Piece {
  readonly exitCode: number
  readonly text: string
}

export interface BatchLog {
  readonly onLine: (line: string) => void
  /** The remote shell said it began. */
  started(): boolean
  /** Before it began: what ssh, the banner and the login scripts wrote. */
  noise(): string
  /** After the last marker: the end of a command that did not end, or ssh's own last words. */
  tail(): string
  /** The place of the command that began and did not end, or null. */
  running(): string | null
  readonly pieces: ReadonlyMap<string, Piece>
}

/** In characters; a command that never ends its line must not grow one here. */
const LONGEST_PARTED = 64 * 1024

/** Takes the stderr of a batch line by line and gives each command its own. */
export function createBatchLog(nonce: string): BatchLog {
  const pieces = new Map<string, Piece>()
  let started = false
  let running: string | null = null
  const noise = createTextRing()
  let current = createHeldRing()
  const beat = beatMark(nonce)
  /** The part of a line that a heartbeat parted from its rest. */
  let parted = ''
  return {
    pieces,
    started: () => started,
    noise: () => noise.text(),
    tail: () => [current.text(), parted].filter(Boolean).join('\n'),
    running: () => running,
    onLine(piece) {
      if (started && piece.endsWith(beat)) {
        parted += piece.slice(0, -beat.length)
        if (parted.length <= LONGEST_PARTED) return
        piece = ''
      }
      const line = parted + piece
      parted = ''
      const marker = readMarker(line, nonce)
      if (!started) {
        if (marker?.type === 'shell') started = true
        else noise.push(line)
      } else if (marker?.type === 'begin') {
        running = marker.path
        current = createHeldRing()
      } else if (marker?.type === 'end' && marker.path === running) {
        pieces.set(marker.path, { exitCode: marker.exitCode, text: current.textBeforeMark() })
        running = null
        current = createHeldRing()
      } else {
        current.push(line)
      }
    },
  }
}

export interface HeldRing extends TextRing {
  /** The text without the empty line that the script writes before its end marker. */
  textBeforeMark(): string
}

export function createHeldRing(): HeldRing {
  const ring = createTextRing()
  let held: string | null = null
  return {
    push(line) {
      if (held !== null) ring.push(held)
      held = line
    },
    textBeforeMark: () => {
      if (held !== null && held !== '') ring.push(held)
      held = null
      return ring.text()
    },
    text: () => [ring.text(), held ?? ''].filter(Boolean).join('\n'),
  }
}

/**
 * The stdout of a batch, cut at its markers. A command whose end marker is missing is left out: half a listing must
 * never look like a whole one.
 */
export function cutStdout(stdout: Buffer, nonce: string): ReadonlyMap<string, Piece> {
  const pieces = new Map<string, Piece>()
  const begin = beginMark(nonce)
  let at = stdout.indexOf(begin)
  while (at >= 0) {
    const lineEnd = stdout.indexOf('\n', at)
    if (lineEnd < 0) break
    const path = stdout.toString('latin1', at + begin.length, lineEnd)
    // From the newline of the begin marker on: an empty output is only the newline that the script adds.
    const close = `\n${endMark(nonce)}${path}:`
    const end = stdout.indexOf(close, lineEnd + 1)
    if (end < 0) break
    const codeEnd = stdout.indexOf('\n', end + close.length)
    const code = codeEnd < 0 ? '' : stdout.toString('latin1', end + close.length, codeEnd)
    if (!/^\d{1,3}$/.test(code)) break
    pieces.set(path, { exitCode: Number(code), text: stdout.toString('utf8', lineEnd + 1, end) })
    at = stdout.indexOf(begin, codeEnd)
  }
  return pieces
}

/** What a login script wrote on stdout before our first command: it would break a stream. */
export function stdoutNoise(stdout: Buffer, nonce: string): string {
  const at = stdout.indexOf(beginMark(nonce))
  return stdout.toString('utf8', 0, at < 0 ? Math.min(stdout.length, 4096) : Math.min(at, 4096))
}
