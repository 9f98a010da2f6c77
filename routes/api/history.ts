import { z } from 'zod'
import { changeQuery, History, historyFields, historyOf } from '#lib/api/history.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'What changed, newest first: datasets, SANs, pools, and times in which nobody looked.',
  description:
    'Each with what ended it. Datasets that are merely behind or up to date again, as with every snapshot, are no change; their delay is in `/api/datasets/{id}/lag`.',
  operationId: 'history',
  tags: ['history'],
  input: z.object(historyFields),
  output: History,
  errors: { 400: ['BAD_CURSOR', 'BAD_PARAMETER'] },
  run: (wanted, context) => withRefusals(() => historyOf(context, changeQuery(wanted))),
})
