import { Preview, previewView } from '#lib/api/plan.ts'
import { datasetBody, withRefusals } from '#lib/api/refusals.ts'
import { RunStrategy } from '#lib/api/run-detail.ts'
import { defineRoute } from '#lib/services.ts'

export const POST = defineRoute({
  summary: 'Read both sides now and show what a repair would do.',
  description: 'Writes nothing. The plan is kept for ten minutes: what is shown is what runs.',
  operationId: 'preview',
  // Writes nothing.
  audit: false,
  tags: ['datasets'],
  input: datasetBody.extend({ strategy: RunStrategy.optional() }),
  output: Preview,
  errors: { 404: ['NO_SUCH_DATASET'], 503: ['SHUTTING_DOWN'] },
  timeout: 240_000,
  run: async ({ id, strategy }, { engine, signal }) =>
    previewView(await withRefusals(() => engine.preview(id, { strategy, signal }))),
})
