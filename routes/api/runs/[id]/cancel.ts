import { z } from 'zod'
import { runId, runNumber, withRefusals } from '#lib/api/refusals.ts'
import { accepted, Run } from '#lib/api/run.ts'
import { defineRoute } from '#lib/services.ts'

export const POST = defineRoute({
  summary: 'Stop a run, or take it out of the queue.',
  description: 'What was received is kept and can resume.',
  operationId: 'cancel',
  tags: ['runs'],
  input: z.strictObject({ id: runId }),
  output: Run,
  status: 202,
  errors: { 404: ['NO_SUCH_RUN'], 409: ['NOT_RUNNING'] },
  async run({ id }, { engine, actor, now }) {
    const number = runNumber(id)
    return accepted(await withRefusals(() => engine.cancel(number, actor.name)), now())
  },
})
