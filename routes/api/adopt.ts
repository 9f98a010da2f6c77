import { z } from 'zod'
import { AdoptChoice, AdoptResults, adoptedView, Decisions, decisionsOf } from '#lib/api/adopt.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { triggerOf } from '#lib/api/run.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'Datasets that need one decision.',
  description:
    'Repairs that destroy nothing and do not run by themselves only because nobody has said yet that this primary is the ' +
    'one to follow: what an earlier check never saw in common, or a primary that was replaced or went back.',
  operationId: 'decisions',
  tags: ['datasets'],
  output: Decisions,
  run: (_, { engine }) => decisionsOf(engine),
})

export const POST = defineRoute({
  summary: 'Decide for many datasets at once.',
  description:
    'Says of exactly these datasets and plans: this primary is the one to follow, its backup may be set aside. Each is ' +
    'queued as a repair of its own and kept in the audit. What has changed since it was shown is left out, with the reason.',
  operationId: 'adopt',
  tags: ['datasets', 'runs'],
  input: z.strictObject({
    choices: z.array(AdoptChoice).min(1).max(1000),
    reason: z.string().max(500).optional().describe('Kept with the runs.'),
  }),
  output: AdoptResults,
  errors: { 503: ['SHUTTING_DOWN'] },
  timeout: 240_000,
  audit: 'adopt',
  run: ({ choices, reason }, context) =>
    withRefusals(async () =>
      adoptedView(
        await context.engine.adopt({
          choices,
          reason: reason ?? 'Adopted: this primary is the one to follow.',
          trigger: triggerOf(context),
        }),
      ),
    ),
})
