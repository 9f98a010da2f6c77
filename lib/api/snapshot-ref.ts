import { z } from 'zod'
import type { SnapshotRef as Ref } from '#lib/replication/types/inventory.ts'
import { isoSeconds } from '#lib/text/words.ts'
import { Timestamp } from './time.ts'

export const Guid = z.string().meta({
  id: 'Guid',
  pattern: '^[0-9]+$',
  description: 'Identity of a snapshot or dataset: an unsigned 64-bit number, as text because it can pass 2^53.',
  examples: ['11805916207174113034'],
})

export const SnapshotRef = z
  .object({
    name: z
      .string()
      .describe('The part after `@`: a label; identity is the guid.')
      .meta({ examples: ['2026-11-22-000000'] }),
    guid: Guid,
    createdAt: Timestamp,
  })
  .meta({ id: 'SnapshotRef', description: 'A snapshot: enough to name and to find it.' })

export function snapshotRef(ref: Ref): z.input<typeof SnapshotRef> {
  return { name: ref.name, guid: ref.guid, createdAt: isoSeconds(ref.creation) }
}

export function snapshotRefOrNull(ref: Ref | null): z.input<typeof SnapshotRef> | null {
  return ref === null ? null : snapshotRef(ref)
}
