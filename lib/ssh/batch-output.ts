import { createTextRing, type TextRing } from '#lib/process/run-command.ts'
import { beatMark, beginMark, endMark, readMarker } from './marker.ts'

interface Piece {
  readonly exitCode: number
  readonly text: string
}

interface BatchLog {
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

interface HeldRing extends TextRing {
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

/** Takes the stdout of one command as it comes, so that a long listing is never held as text. */
export interface OutputReader {
  push(bytes: Uint8Array): void
  /** No more comes. What was pushed counts only where it ended with 0; null: its end was not seen. */
  end(exitCode: number | null): void
  /** Whatever follows changes nothing: the command is ended, as one whose output is too much. */
  readonly isHopeless?: () => boolean
}

/** A command of a batch, by its place. */
export interface Expected {
  readonly reader?: OutputReader
  /** Of its stdout. */
  readonly maxBytes: number
}

interface StdoutPiece {
  readonly exitCode: number
  /** Empty where a reader took it. */
  readonly text: string
}

interface StdoutCutter {
  push(chunk: Uint8Array): void
  /** Readers that were begun and not ended are notified that no end was seen. */
  end(): void
  /** Commands whose end marker was seen: half a listing must never look like a whole one. */
  readonly pieces: ReadonlyMap<string, StdoutPiece>
  /** What a login script wrote before our first command, which would break a stream; at most 4 KiB. */
  noise(): string
}

/** The command whose output was too much, or null where it was what came outside of all, or all that is held together. */
type OnTooMuch = (path: string | null) => void

const MOST_NOISE = 4096
/** Longer than any place (`123.45`) with the code after it: whatever runs on is no marker of ours. */
const LONGEST_REST = 64
const NEWLINE = 0x0a

/**
 * Cuts the stdout of a batch at its markers, chunk by chunk. What is held is bounded by `maxHeld`, each command by its own
 * limit; markers of places that this batch does not have are not markers.
 */
export function createStdoutCutter(
  nonce: string,
  expected: ReadonlyMap<string, Expected>,
  maxHeld: number,
  onTooMuch: OnTooMuch,
): StdoutCutter {
  const begin = Buffer.from(beginMark(nonce))
  const pieces = new Map<string, StdoutPiece>()
  let rest: Buffer = Buffer.alloc(0)
  let noise = ''
  let anyBegan = false
  let held = 0
  /** Too much, or something that is no answer of ours: nothing after it counts. */
  let broken = false
  let open: Open | null = null

  function tooMuch(path: string | null): void {
    broken = true
    onTooMuch(path)
  }

  /** Outside of all commands. */
  function drop(bytes: Buffer): void {
    if (!anyBegan && noise.length < MOST_NOISE) noise = (noise + bytes.toString('utf8')).slice(0, MOST_NOISE)
    held += bytes.length
    if (held > maxHeld) tooMuch(null)
  }

  function take(own: Open, bytes: Buffer): void {
    const { path, command, text } = own
    if (bytes.length === 0) return
    own.size += bytes.length
    if (text !== null) held += bytes.length
    if (own.size > command.maxBytes || held > maxHeld) tooMuch(path)
    else if (text === null) {
      command.reader?.push(bytes)
      if (command.reader?.isHopeless?.()) tooMuch(path)
    } else own.said += text.decode(bytes, { stream: true })
  }

  /** @returns where to go on in `bytes`, or -1 where more must come first. */
  function step(bytes: Buffer, at: number): number {
    if (open === null) {
      const found = bytes.indexOf(begin, at)
      if (found < 0) {
        const kept = Math.max(at, bytes.length - begunWith(bytes, begin))
        drop(bytes.subarray(at, kept))
        return -1 - kept
      }
      drop(bytes.subarray(at, found))
      const lineEnd = bytes.indexOf(NEWLINE, found)
      if ((lineEnd < 0 ? bytes.length : lineEnd) - found > LONGEST_REST + begin.length) return found + begin.length
      if (lineEnd < 0) return -1 - found
      const path = bytes.toString('latin1', found + begin.length, lineEnd)
      const command = expected.get(path)
      if (command === undefined) return lineEnd + 1
      anyBegan = true
      // An empty output is only the newline that the script adds, which is the first of these.
      const close = Buffer.from(`\n${endMark(nonce)}${path}:`)
      const text = command.reader === undefined ? new TextDecoder('utf-8', { ignoreBOM: true }) : null
      open = { path, command, close, text, said: '', size: 0 }
      return lineEnd + 1
    }
    const { path, command, close } = open
    const end = bytes.indexOf(close, at)
    if (end < 0) {
      const kept = Math.max(at, bytes.length - begunWith(bytes, close))
      take(open, bytes.subarray(at, kept))
      return -1 - kept
    }
    take(open, bytes.subarray(at, end))
    const codeEnd = bytes.indexOf(NEWLINE, end + close.length)
    if (codeEnd < 0) {
      if (bytes.length - end > LONGEST_REST + close.length) broken = true
      return -1 - end
    }
    const code = bytes.toString('latin1', end + close.length, codeEnd)
    if (!/^\d{1,3}$/.test(code)) broken = true
    if (broken) return codeEnd + 1
    command.reader?.end(Number(code))
    pieces.set(path, { exitCode: Number(code), text: open.said + (open.text?.decode() ?? '') })
    open = null
    return codeEnd + 1
  }

  return {
    pieces,
    noise: () => noise,
    push(chunk) {
      if (broken) return
      const bytes =
        rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
      let at = 0
      while (at >= 0 && !broken) at = step(bytes, at)
      // A copy: a few bytes must not keep the chunk that they came in.
      rest = broken ? Buffer.alloc(0) : Buffer.from(bytes.subarray(-1 - at))
    },
    end() {
      if (!anyBegan && !broken) drop(rest)
      open?.command.reader?.end(null)
      open = null
      broken = true
    },
  }
}

/** How many bytes at the end of these may be the beginning of the mark. Mostly none, so that no chunk is copied for them. */
function begunWith(bytes: Buffer, mark: Buffer): number {
  for (let count = Math.min(mark.length - 1, bytes.length); count > 0; count -= 1)
    if (bytes.compare(mark, 0, count, bytes.length - count) === 0) return count
  return 0
}

interface Open {
  readonly path: string
  readonly command: Expected
  readonly close: Buffer
  /** Null where a reader takes it. */
  readonly text: TextDecoder | null
  said: string
  size: number
}
