const NEWLINE = 0x0a

/** A line longer than this is handed on in pieces: a broken host may never send a newline. */
const LONGEST_LINE = 64 * 1024

export interface LineSplitter {
  push(chunk: Uint8Array): void
  /** Hands on what is left without a newline. */
  end(): void
}

/** Bytes in, lines out, without their newline (and the CR that ssh writes before it); bad UTF-8 becomes U+FFFD. */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  let rest: Buffer = Buffer.alloc(0)
  const emit = (bytes: Buffer): void => {
    const end = bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length
    onLine(bytes.toString('utf8', 0, end))
  }
  return {
    push(chunk) {
      let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk)
      for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE)) {
        emit(bytes.subarray(0, at))
        bytes = bytes.subarray(at + 1)
      }
      while (bytes.length > LONGEST_LINE) {
        emit(bytes.subarray(0, LONGEST_LINE))
        bytes = bytes.subarray(LONGEST_LINE)
      }
      rest = bytes
    },
    end() {
      if (rest.length > 0) emit(rest)
      rest = Buffer.alloc(0)
    },
  }
}
