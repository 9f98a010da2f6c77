import { z } from 'zod'
import { answerCanDestroy, CanDestroy } from '#lib/api/can-destroy.ts'
import { datasetId, noSuchDataset } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'May this snapshot of the primary be destroyed without breaking the chain of this mapping?',
  description: 'Decided by a full listing of both sides that is at most a minute old. What is not known is not a yes.',
  operationId: 'canDestroyOf',
  tags: ['chain'],
  input: z.object({
    id: datasetId,
    snapshot: z.string().min(1).max(255).describe('The part after `@`.'),
  }),
  output: CanDestroy,
  errors: { 404: ['NO_SUCH_DATASET', 'NO_SUCH_SNAPSHOT'], 503: ['NOT_READ_YET'] },
  async run({ id, snapshot }, { engine, actor, now }) {
    const view = engine.dataset(id) ?? noSuchDataset(id)
    return answerCanDestroy({ ...view.dataset.mapping.primary, snapshot }, [view], { engine, actor, now })
  },
})
