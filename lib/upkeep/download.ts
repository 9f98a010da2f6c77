import { closeSync, fstatSync, openSync, readSync, rmSync } from '#lib/host/system-calls.ts'

export interface Download {
  readonly bytes: number
  /** Read once; cancelled or ended, nothing of it is left. */
  readonly stream: ReadableStream<Uint8Array>
}

/** From the cache of the system, mostly: the file was just written. */
const PIECE = 256 * 1024

/** What is in a file, which itself is gone at once: however its reader ends, nobody has to tidy up. */
export function readAway(path: string): Download {
  const descriptor = openSync(path, 'r')
  rmSync(path)
  const { size } = fstatSync(descriptor)
  let left = size
  const end = (): void => {
    if (left >= 0) closeSync(descriptor)
    left = -1
  }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = Buffer.alloc(Math.min(PIECE, left))
        const read = left === 0 ? 0 : readSync(descriptor, piece, 0, piece.length, null)
        left -= read
        if (read > 0) controller.enqueue(new Uint8Array(piece.buffer, piece.byteOffset, read))
        if (read > 0 && left > 0) return
        end()
        controller.close()
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  )
  return { bytes: size, stream }
}
