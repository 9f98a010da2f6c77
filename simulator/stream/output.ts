import type { Hindrance } from '../misbehave/effects.ts'
import type { CommandIo } from '../words/command-io.ts'
import { fillPiece, pieceBytes, piecesOf } from './content.ts'
import { encodeBegin, recordBytes, recordType, type StreamDescription, writeRecordHeader } from './format.ts'

/** Writes a stream to stdout. */
export class StreamOutput {
  private readonly io: CommandIo
  private readonly hindrance: Hindrance
  private readonly onWrite: (bytes: number) => void
  bytes = 0

  constructor(io: CommandIo, hindrance: Hindrance, onWrite: (bytes: number) => void) {
    this.io = io
    this.hindrance = hindrance
    this.onWrite = onWrite
  }

  async write(piece: Uint8Array): Promise<void> {
    this.hindrance.pass(piece)
    await this.io.write(piece)
    this.bytes += piece.length
    this.onWrite(piece.length)
  }
}

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
