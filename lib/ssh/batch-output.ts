import { createTextRing, type TextRing } from '#lib/process/text-ring.ts'
import { beatMark, readMarker } from './marker.ts'

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

/**
 * Takes the stderr of a batch line by line and gives each command its own. Only places of this batch (`paths`) count: what
 * is kept is bounded by what was asked, not by what is answered.
 */
export function createBatchLog(nonce: string, paths: { has(path: string): boolean }): BatchLog {
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
      } else if (marker?.type === 'begin' && paths.has(marker.path)) {
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
