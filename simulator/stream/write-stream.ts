import { fillPiece, pieceBytes, piecesOf } from './content.ts'
import { encodeBegin, recordBytes, recordType, type StreamDescription, writeRecordHeader } from './format.ts'
import type { StreamOutput } from './output.ts'

/** Writes one snapshot: its BEGIN, its data, its END. */
export async function writeStream(output: StreamOutput, description: StreamDescription): Promise<void> {
  await output.write(encodeBegin(description))
  const record = new Uint8Array(recordBytes + pieceBytes)
  for (const { extent, offset, length } of piecesOf(description.extents, description.skip)) {
    const data = record.subarray(recordBytes, recordBytes + length)
    fillPiece(data, description.extents[extent]?.s ?? 0, offset)
    writeRecordHeader(record, { type: recordType.data, length, checksum: Bun.hash.crc32(data) })
    await output.write(record.subarray(0, recordBytes + length))
  }
  await writeEnd(output)
}

export async function writeEnd(output: StreamOutput): Promise<void> {
  const record = new Uint8Array(recordBytes)
  writeRecordHeader(record, { type: recordType.end, length: 0, checksum: 0 })
  await output.write(record)
}
