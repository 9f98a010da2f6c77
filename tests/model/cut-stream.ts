import { beginBytes, decodeBegin, readRecordHeader, recordBytes, recordType } from '#simulator/stream/format.ts'

/**
 * Where a stream of the simulator has to end so that so many whole snapshots arrive; `within`: and all of the next one
 * but its end. The whole stream where it has no more of them.
 */
export function endOfSnapshot(stream: Uint8Array, whole: number, within: boolean): number {
  if (whole === 0 && !within) return 0
  let at = 0
  let ended = 0
  // A BEGIN and a record begin alike: what comes next is known only by where it stands.
  let inside = false
  while (at < stream.length) {
    if (!inside) {
      const begin = stream.length - at < beginBytes ? null : decodeBegin(stream.subarray(at, at + beginBytes))
      if (begin === null) break
      at += beginBytes + begin.bodyLength
      inside = begin.kind !== 'compound'
      continue
    }
    const record = readRecordHeader(stream.subarray(at, at + recordBytes))
    if (record?.type !== recordType.end) {
      at += recordBytes + (record?.length ?? 0)
      continue
    }
    if (within && ended === whole) return at
    at += recordBytes
    ended++
    inside = false
    // Of a `-I` only its own END is left: nothing was cut off.
    if (!within && ended === whole) return stream.length - at > recordBytes ? at : stream.length
  }
  return stream.length
}
