import { z } from 'zod'
import { lastReadOfAll } from '#lib/api/last-read.ts'
import { datasetsMeant, hostOrDataset } from '#lib/api/refusals.ts'
import { makersOf, SetAsideList, setAsidePools, setAsidesIn, setAsideView } from '#lib/api/set-asides.ts'
import { defineRoute } from '#lib/services.ts'
import { iso } from '#lib/text/words.ts'

export const GET = defineRoute({
  summary: 'What repairs moved out of the way and kept, beside the backups.',
  description:
    'As last read. A dataset that has not been read since the start of the service is read now for an operator, and is in `unseen` for a viewer.',
  operationId: 'setAsides',
  tags: ['set-asides'],
  input: z.object(hostOrDataset),
  output: SetAsideList,
  errors: { 404: ['NO_SUCH_DATASET', 'NO_SUCH_HOST'] },
  async run(query, context) {
    const { engine, store, now } = context
    const views = datasetsMeant(context, query, 'backup')
    const inventories = await lastReadOfAll(context)
    const { setAsides, unseen } = setAsidesIn(views, engine.seen, await makersOf(store, inventories))
    const at = now()
    return {
      items: setAsides.map((each) => setAsideView(each, at)),
      pools: setAsidePools(setAsides),
      unseen: [...unseen],
      asOf: iso(at),
    }
  },
})
