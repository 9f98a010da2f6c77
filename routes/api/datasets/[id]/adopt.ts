import { z } from 'zod'
import { datasetId, withRefusals } from '#lib/api/refusals.ts'
import { accepted, Run, triggerOf } from '#lib/api/run.ts'
import { defineRoute } from '#lib/services.ts'

export const POST = defineRoute({
  summary: 'Say that this primary is the one to follow as it is.',
  description:
    'Ends what holds it in doubt (`inDoubt` of the dataset: PRIMARY_LOST_HISTORY, PRIMARY_REPLACED, PRIMARY_REWOUND). Look at ' +
    'what only the backup has first. It repairs nothing itself; the scan that follows at once, and is answered here, does ' +
    'what the policy allows. Kept in the audit: who, from where, and why.',
  operationId: 'adoptPrimary',
  tags: ['datasets', 'runs'],
  input: z.strictObject({
    id: datasetId,
    reason: z.string().trim().min(3).max(500).describe('Why it is right all the same: for those who come later.'),
  }),
  output: Run,
  status: 202,
  errors: { 404: ['NO_SUCH_DATASET'], 409: ['NOTHING_TO_DO', 'HELD', 'ALREADY_RUNNING'], 503: ['SHUTTING_DOWN'] },
  audit: 'adoptPrimary',
  run: ({ id, reason }, context) =>
    withRefusals(async () => {
      const run = await context.engine.adoptPrimary(id, { reason, trigger: triggerOf(context) })
      return accepted(run, context.now())
    }),
})
