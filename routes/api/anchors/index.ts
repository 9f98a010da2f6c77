import { z } from 'zod'
import { AnchorList, anchorList, anchorsIn } from '#lib/api/anchors.ts'
import { lastReadOfAll } from '#lib/api/last-read.ts'
import { datasetsMeant, hostOrDataset } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'
import { iso } from '#lib/text/words.ts'

export const GET = defineRoute({
  summary: 'The bookmarks of ours on the primaries, and which of them something still needs.',
  description:
    'As last read. A dataset that has not been read since the start of the service is read now for an operator, and is in `unseen` for a viewer.',
  operationId: 'anchors',
  tags: ['chain'],
  input: z.object(hostOrDataset),
  output: AnchorList,
  errors: { 404: ['NO_SUCH_DATASET', 'NO_SUCH_HOST'] },
  async run(query, context) {
    const { engine, now } = context
    const views = datasetsMeant(context, query, 'primary')
    await lastReadOfAll(context)
    return anchorList(anchorsIn(views, engine.datasets(), engine.seen), iso(now()))
  },
})
