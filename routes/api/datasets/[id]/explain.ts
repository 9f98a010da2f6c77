import { z } from 'zod'
import { datasetInput, noSuchDataset } from '#lib/api/refusals.ts'
import { gatherForNote } from '#lib/explain/gather.ts'
import { datasetNote } from '#lib/explain/note.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'Everything about a dataset as one plain note, for a ticket or a mail.',
  description:
    'State, reason with its evidence, chain, plan with its commands, last runs, hosts. As JSON (`{ "text": … }`) with `Accept: application/json`.',
  operationId: 'explain',
  tags: ['datasets'],
  input: datasetInput,
  output: z.object({ text: z.string() }),
  produces: 'text/plain',
  timeout: 240_000,
  errors: { 404: ['NO_SUCH_DATASET'] },
  async run({ id }, context) {
    const view = context.engine.dataset(id) ?? noSuchDataset(id)
    const text = datasetNote(await gatherForNote(view, context))
    if (context.request?.headers.get('accept')?.includes('application/json')) return { text }
    return new Response(text, { headers: { 'Content-Type': 'text/plain; charset=utf-8' } })
  },
})
