import { type ProcessIo, processIo } from '#lib/process/process-io.ts'

/** A stream of zfs has a begin and an end record of 312 bytes each; less is the connection's own talk. */
const SMALLEST_STREAM = 600

/**
 * Bytes that went through the witness, from the counters of the kernel: what the receiving ssh has read, less what it had
 * read when its remote shell began (libraries, keys, the handshake). That is the stream, which comes in on its stdin, and
 * beside it only the answers of its server: about 0.05 %, and some 300 bytes at the end. The sending ssh's counter says less: it ends first, with up to
 * 2 MiB still to be written, and its handshake cannot be told from the first bytes.
 *
 * A kernel that does not count (built without TASK_IO_ACCOUNTING, gVisor) has no such file: then it is what `zfs send -v`
 * says that it has sent, once a second.
 */
export interface ByteCount {
  /** The receiver is ready; nothing was sent yet. */
  begin(pid: number): void
  /** Reads the counter anew. `sent`: bytes that the sender says it has sent; 0 where it says nothing. */
  sample(sent: number): number
  /** When it last rose by more than the connection's own keepalives explain. */
  lastMovedAt(): number
}

export function createByteCount(
  now: () => number,
  keepaliveBytesPerMs: number,
  readIo: (pid: number) => ProcessIo | null = processIo,
): ByteCount {
  let pid: number | null = null
  let isCounted = true
  let base = 0
  let bytes = 0
  let movedAt = now()
  let movedBytes = 0
  return {
    begin(receiver) {
      pid = receiver
      const io = readIo(receiver)
      isCounted = io !== null
      base = io?.read ?? 0
      movedAt = now()
    },
    sample(sent) {
      const io = pid === null || !isCounted ? null : readIo(pid)
      if (io !== null) bytes = Math.max(bytes, io.read - base)
      else if (!isCounted) bytes = Math.max(bytes, sent)
      const noise = 256 + (now() - movedAt) * keepaliveBytesPerMs
      if (bytes - movedBytes > noise) {
        movedBytes = bytes
        movedAt = now()
      }
      return bytes < SMALLEST_STREAM ? 0 : bytes
    },
    lastMovedAt: () => movedAt,
  }
}
