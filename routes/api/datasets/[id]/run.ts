import { z } from 'zod'
import { Preview, previewView } from '#lib/api/plan.ts'
import { datasetId, noSuchDataset, withRefusals } from '#lib/api/refusals.ts'
import { accepted, Run, triggerOf } from '#lib/api/run.ts'
import { checkRunRequest, RunMode, RunStrategy } from '#lib/api/run-detail.ts'
import { requireAccess } from '#lib/runtime/actor.ts'
import { reply } from '#lib/runtime/reply.ts'
import { defineRoute } from '#lib/services.ts'

export const POST = defineRoute({
  summary: 'Check a dataset, repair it, or do what the policy allows.',
  description:
    'An empty body looks at both sides and starts the repair that the policy allows. `dryRun: true` answers 200 with ' +
    'the plan and runs nothing. Everything else answers 202 with the run. What destroys needs the role admin.',
  operationId: 'runDataset',
  tags: ['datasets', 'runs'],
  input: z.strictObject({
    id: datasetId,
    mode: RunMode.optional(),
    strategy: RunStrategy.optional(),
    dryRun: z.boolean().optional().describe('Only show the plan.'),
    planId: z.string().max(100).optional().describe('Of a preview: exactly this plan is run, or none.'),
    confirm: z.string().max(300).optional().describe('The full backup dataset, where the plan destroys something.'),
    reason: z.string().max(500).optional().describe('Kept with the run.'),
  }),
  output: z.union([Run, Preview]),
  status: 202,
  errors: {
    403: ['FORBIDDEN_ROLE'],
    404: ['NO_SUCH_DATASET'],
    409: [
      'ALREADY_RUNNING',
      'CONFIRMATION_REQUIRED',
      'PLAN_STALE',
      'PLAN_EXPIRED',
      'PAUSED',
      'POLICY_FORBIDS',
      'BUSY_EXTERNAL',
      'HELD',
      'NOTHING_TO_DO',
    ],
    503: ['SHUTTING_DOWN'],
  },
  timeout: 240_000,
  audit: ({ mode, strategy, dryRun, confirm }) => {
    if (mode !== 'REPAIR') return mode === 'CHECK' ? 'check' : 'runDataset'
    if (dryRun) return 'preview'
    return strategy === 'IN_PLACE' || confirm !== undefined ? 'repairInPlace' : 'repair'
  },
  async run({ id, ...request }, context) {
    const { engine, signal, now } = context
    const view = engine.dataset(id) ?? noSuchDataset(id)
    checkRunRequest(request, view.dataset.mapping.backup.dataset)
    const { mode, strategy, dryRun, planId, confirm, reason } = request
    // To look at what would be destroyed is for everyone who may repair.
    if (!dryRun && (strategy === 'IN_PLACE' || confirm !== undefined)) requireAccess(context.actor, 'admin')
    return withRefusals(async () => {
      if (dryRun) return reply(200, previewView(await engine.preview(id, { strategy, signal })))
      const trigger = triggerOf(context)
      const scope = { kind: 'datasets' as const, ids: [id] }
      const { run } =
        mode === 'REPAIR'
          ? await engine.repair({ datasetId: id, planId, confirm, reason, trigger })
          : await engine.scan({ scope, enqueue: mode === undefined, reason, trigger })
      return accepted(run, now())
    })
  },
})
