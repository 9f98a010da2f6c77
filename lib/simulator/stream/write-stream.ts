import { fillPiece, pieceBytes, piecesOf } from './content.ts'
import { encodeBegin, recordBytes, recordType, type StreamDescription, writeRecordHeader } from './format.ts'
import type { StreamOutput } from './output.ts'

/** Writes one snapshot: its BEGIN, its data, its END. */
export function writeStream(output: StreamOutput, description: StreamDescription): void {
  output.write(encodeBegin(description))
  const record = new Uint8Array(recordBytes + pieceBytes)
  for (const { extent, offset, length } of piecesOf(description.extents, description.skip)) {
    const data = record.subarray(recordBytes, recordBytes + length)
    fillPiece(data, description.extents[extent]?.s ?? 0, offset)
    writeRecordHeader(record, { type: recordType.data, length, checksum: Bun.hash.crc32(data) })
    output.write(record.subarray(0, recordBytes + length))
  }
  writeEnd(output)
}

export function writeEnd(output: StreamOutput): void {
  const record = new Uint8Array(recordBytes)
  writeRecordHeader(record, { type: recordType.end, length: 0, checksum: 0 })
  output.write(record)
}
