/**
 * The beginning and the end of a text of any length. The first lines of a failing `zfs` name the cause and the last ones
 * the outcome; a `send -v` writes 80,000 lines a day in between.
 */
export interface TextRing {
  push(line: string): void
  text(): string
}

/** Limits in characters. */
export function createTextRing(headLimit = 16 * 1024, tailLimit = 48 * 1024): TextRing {
  const head: string[] = []
  const tail: string[] = []
  let headSize = 0
  let tailSize = 0
  let leftOut = 0
  return {
    push(line) {
      if (leftOut === 0 && tail.length === 0 && headSize + line.length < headLimit) {
        head.push(line)
        headSize += line.length + 1
        return
      }
      const kept = line.length > tailLimit ? line.slice(-tailLimit) : line
      leftOut += line.length - kept.length
      tail.push(kept)
      tailSize += kept.length + 1
      while (tailSize > tailLimit && tail.length > 1) {
        const dropped = tail.shift() ?? ''
        tailSize -= dropped.length + 1
        leftOut += dropped.length + 1
      }
    },
    text() {
      const middle = leftOut > 0 ? [`… ${leftOut} characters left out …`] : []
      return [...head, ...middle, ...tail].join('\n')
    },
  }
}
