import { z } from 'zod'
import type { DatasetView } from '#lib/engine/types.ts'
import { type AnchoredDataset, anchorsOf, type AnchorUse as Use } from '#lib/inspect/anchors.ts'
import { type InTransfer, inTransfer } from '#lib/inspect/may-destroy.ts'
import type { Inventory } from '#lib/replication/types/inventory.ts'
import { NOT_CHECKED, whyUnread } from '#lib/replication/words.ts'
import { isoSeconds } from '#lib/text/words.ts'
import { describedEnum, Guid, Timestamp } from './fields.ts'
import { Unseen, type UnseenView } from './set-asides.ts'

const AnchorUse = describedEnum<Use>('AnchorUse', 'What an anchor is there for.', {
  NEEDED: 'An incremental starts from it, or would if the snapshot before it went.',
  PENDING: 'Its snapshot is not on the backup yet.',
  SUPERSEDED: 'Nothing needs it any more: the script for the admin of the SAN removes it.',
  UNKNOWN: 'A backup could not be read.',
})

const Anchor = z
  .object({
    name: z.string().meta({ examples: ['hqs8p1/HQS8DAT1#zw-00c2f3a1b4d5e6f7'] }),
    guid: Guid,
    createdAt: Timestamp.describe('When its snapshot was taken.'),
    host: z.string(),
    dataset: z.string(),
    snapshot: z
      .string()
      .nullable()
      .describe('Its name on the primary; null: destroyed there, only the anchor is left.'),
    use: AnchorUse,
    because: z.string(),
  })
  .meta({
    id: 'Anchor',
    description: 'A bookmark of ours on a primary: the chain goes on from it when its snapshot is gone.',
  })

export const AnchorList = z
  .object({
    items: z.array(Anchor).describe('Newest first within a dataset.'),
    datasets: z.array(
      z
        .object({
          host: z.string(),
          dataset: z.string(),
          datasetIds: z.array(z.string()).describe('Mappings that have it as their primary.'),
          count: z.number().int(),
          limit: z.number().int().describe('No more are made from there on (CHAIN_AT_RISK).'),
        })
        .meta({ id: 'AnchoredDataset', description: 'How many anchors a primary dataset has.' }),
    ),
    transfers: z
      .array(
        z
          .object({
            name: z.string().meta({ examples: ['hqs8p1/HQS8DAT1@daily-2026-11-01'] }),
            guid: Guid,
            createdAt: Timestamp.describe('When the snapshot was taken.'),
            datasetId: z.string(),
            host: z.string(),
            dataset: z.string(),
            snapshot: z.string(),
            state: describedEnum<InTransfer['state']>('FirstTransferState', 'How a first transfer stands.', {
              RUNNING: 'It runs now.',
              RESUMABLE: 'It was cut off, and can go on.',
            }),
          })
          .meta({
            id: 'InTransfer',
            description: 'A snapshot that a first transfer needs until it has arrived in full.',
          }),
      )
      .describe('They have to stay on the primary: no anchor saves a first transfer.'),
    unseen: z.array(Unseen),
    asOf: Timestamp,
  })
  .meta({ id: 'AnchorList', description: 'The anchors on the primaries.' })

interface AnchorsSeen {
  readonly datasets: readonly AnchoredDataset[]
  readonly transfers: readonly InTransfer[]
  readonly unseen: readonly UnseenView[]
}

/**
 * The anchors of the primaries of these datasets. Every mapping of such a primary counts (`all`), or an anchor that
 * another backup needs would look superseded.
 */
export function anchorsIn(
  views: readonly DatasetView[],
  all: readonly DatasetView[],
  inventoryOf: (id: string) => Inventory | null,
): AnchorsSeen {
  const datasets: AnchoredDataset[] = []
  const unseen: UnseenView[] = []
  const byPrimary = Map.groupBy(all.filter(isWatched), primaryOf)
  for (const key of new Set(views.filter(isWatched).map(primaryOf))) {
    const mappings = (byPrimary.get(key) ?? []).map(({ dataset }) => dataset)
    const inventories = mappings.map(({ id, mapping }) => inventoryOf(id) ?? notRead(mapping))
    const found = anchorsOf(inventories)
    if (found !== null) datasets.push(found)
    else
      unseen.push(
        ...mappings.map(({ id, mapping }) => ({
          datasetId: id,
          host: mapping.primary.host,
          because: whyUnseen(inventoryOf(id)),
        })),
      )
  }
  const transfers = views.filter(isWatched).flatMap(({ dataset, activeRun }) => {
    const inventory = inventoryOf(dataset.id)
    return inventory === null ? [] : inTransfer(inventory, activeRun?.plan ?? null)
  })
  return { datasets, transfers, unseen }
}

function isWatched({ dataset }: DatasetView): boolean {
  return !dataset.retired
}

function primaryOf({ dataset }: DatasetView): string {
  return `${dataset.mapping.primary.host}:${dataset.mapping.primary.dataset}`
}

/** A mapping that was not looked at may still need any anchor. */
function notRead(mapping: Inventory['mapping']): Inventory {
  const side = (host: string) => {
    const fault = { host, kind: 'local', reason: 'NOT_CHECKED', message: NOT_CHECKED, retryable: true } as const
    return { state: 'unknown', fault } as const
  }
  const { primary, backup } = mapping
  const nothing = {
    primaryPool: null,
    backupPool: null,
    primarySkewSeconds: null,
    backupSkewSeconds: null,
    token: null,
  }
  return { mapping, primary: side(primary.host), backup: side(backup.host), ...nothing, readAt: 0 }
}

function whyUnseen(inventory: Inventory | null): string {
  if (inventory === null) return NOT_CHECKED
  const { primary, mapping } = inventory
  return whyUnread(primary, mapping.primary.host) ?? `${mapping.primary.dataset} is not on ${mapping.primary.host}.`
}

export function anchorList({ datasets, transfers, unseen }: AnchorsSeen, asOf: string): z.input<typeof AnchorList> {
  return {
    items: datasets.flatMap(({ anchors }) =>
      anchors.map(({ mark, creation, ...anchor }) => ({
        ...anchor,
        name: `${anchor.dataset}#${mark}`,
        createdAt: isoSeconds(creation),
      })),
    ),
    datasets: datasets.map(({ host, dataset, datasetIds, anchors, limit }) => ({
      host,
      dataset,
      datasetIds: [...datasetIds],
      count: anchors.length,
      limit,
    })),
    transfers: transfers.map(({ creation, ...each }) => ({
      ...each,
      name: `${each.dataset}@${each.snapshot}`,
      createdAt: isoSeconds(creation),
    })),
    unseen: [...unseen],
    asOf,
  }
}
