import { z } from 'zod'
import { AdoptChoice, adoptedView } from '#lib/api/adopt.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { triggerOf } from '#lib/api/run.ts'
import { defineRoute } from '#lib/services.ts'
import { adoptBody } from './_body.tsx'

/** The hash of a plan and the dataset that it is for, a line each: what stood on the page that was confirmed. */
const shown = z
  .string()
  .max(500_000)
  .transform((text) => text.split(/\r?\n/).map((line) => ({ planHash: line.slice(0, 16), datasetId: line.slice(17) })))
  .pipe(z.array(AdoptChoice).min(1).max(1000))

export const POST = defineRoute({
  summary: 'Follow these primaries.',
  access: 'operator',
  form: true,
  audit: 'adopt',
  input: z.object({ choices: shown }),
  async run({ choices }, context) {
    const reason = 'Adopted: this primary is the one to follow.'
    const adopted = await withRefusals(() => context.engine.adopt({ choices, reason, trigger: triggerOf(context) }))
    return context.page({ title: 'Decisions', body: adoptBody(context, adoptedView(adopted).items) })
  },
})
