import { z } from 'zod'
import { NextCursor, pagingFields, Timestamp } from '#lib/api/fields.ts'
import { lastRead } from '#lib/api/last-read.ts'
import { datasetId, noSuchDataset, withRefusals } from '#lib/api/refusals.ts'
import { pageOfSnapshots, Snapshot, SnapshotSide, SnapshotState, sideView, snapshotViews } from '#lib/api/snapshots.ts'
import { unavailable } from '#lib/runtime/problem.ts'
import { defineRoute } from '#lib/services.ts'
import { iso } from '#lib/text/words.ts'

export const GET = defineRoute({
  summary: 'The snapshots of both sides as one list, matched by guid, newest first.',
  description:
    'As last read. A dataset that has not been read since the start of the service is read now for an operator; a viewer waits for the next check.',
  operationId: 'snapshots',
  tags: ['datasets'],
  input: z.object({
    id: datasetId,
    state: z.array(SnapshotState).optional().describe('Any of these.'),
    ...pagingFields(5000, 200),
  }),
  output: z.object({
    items: z.array(Snapshot),
    total: z.number().int().describe('Snapshots in all, whatever was asked for.'),
    nextCursor: NextCursor,
    primary: SnapshotSide,
    backup: SnapshotSide,
    asOf: Timestamp.describe('When both sides were read.'),
  }),
  errors: { 400: ['BAD_CURSOR'], 404: ['NO_SUCH_DATASET'], 503: ['NOT_READ_YET'] },
  async run({ id, ...query }, context) {
    if (context.engine.dataset(id) === null) noSuchDataset(id)
    const inventory = (await withRefusals(() => lastRead(id, context))) ?? notReadYet()
    const rows = snapshotViews(inventory)
    const { primary, backup } = inventory.mapping
    return {
      ...pageOfSnapshots(rows, query),
      total: rows.length,
      primary: sideView(primary, inventory.primary),
      backup: sideView(backup, inventory.backup),
      asOf: iso(inventory.readAt),
    }
  },
})

function notReadYet(): never {
  return unavailable(
    'Both sides have not been read since the start of the service. The next check does it; an operator can start one now.',
    'NOT_READ_YET',
    30,
  )
}
