import { z } from 'zod'
import type { Discovery as Found } from '#lib/inspect/discover/types.ts'
import { iso, isoSeconds } from '#lib/text/words.ts'
import { Guid, Timestamp } from './fields.ts'
import { hostId } from './refusals.ts'

const DatasetKind = z.enum(['filesystem', 'volume'])

const DiscoveredMapping = z
  .object({
    primary: z.string(),
    backup: z.string(),
    type: DatasetKind,
    commonCount: z.number().int(),
    newestCommon: z.object({ name: z.string(), guid: Guid, createdAt: Timestamp.nullable() }),
    behind: z.number().int().describe('Snapshots of the primary after it.'),
    configured: z.string().nullable().describe('Id of the dataset that watches it already.'),
  })
  .meta({ id: 'DiscoveredMapping', description: 'A backup dataset that holds snapshots of a primary one, by guid.' })

const DiscoveredDataset = z
  .object({
    dataset: z.string(),
    type: DatasetKind,
    snapshots: z.number().int(),
    configured: z.string().nullable().describe('Id of a dataset of the configuration that names it.'),
    note: z.string().nullable(),
  })
  .meta({ id: 'DiscoveredDataset', description: 'A dataset without a counterpart.' })

export const Discovery = z
  .object({
    primary: z.string(),
    backup: z.string(),
    asOf: Timestamp,
    mappings: z.array(DiscoveredMapping),
    withoutBackup: z.array(DiscoveredDataset).describe('On the primary, and nothing of it on that backup.'),
    withoutPrimary: z.array(DiscoveredDataset).describe('On the backup, and nothing of it on that primary.'),
    yaml: z.string().describe('A `pairs:` section to paste; what is watched already stands there as a comment.'),
  })
  .meta({
    id: 'Discovery',
    description: 'What one SAN holds of another. Nothing was written, also not to the configuration.',
  })

export const discoverInput = { primary: hostId, backup: hostId }

export type DiscoveryView = z.input<typeof Discovery>

export function discoveryView({
  primary,
  backup,
  at,
  mappings,
  withoutBackup,
  withoutPrimary,
  yaml,
}: Found): DiscoveryView {
  return {
    primary,
    backup,
    asOf: iso(at),
    mappings: mappings.map(({ newestCommon: { name, guid, creation }, ...mapping }) => ({
      ...mapping,
      newestCommon: { name, guid, createdAt: creation === null ? null : isoSeconds(creation) },
    })),
    withoutBackup: [...withoutBackup],
    withoutPrimary: [...withoutPrimary],
    yaml,
  }
}
