import { z } from 'zod'
import { epoch, Moment, NextCursor, pagingFields } from '#lib/api/fields.ts'
import { withRefusals } from '#lib/api/refusals.ts'
import { Run, runView } from '#lib/api/run.ts'
import { RunKind, RunResult, RunState } from '#lib/api/words.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'Scans, checks and repairs, newest first.',
  operationId: 'runs',
  tags: ['runs'],
  input: z.object({
    kind: z.array(RunKind).optional().describe('Any of these.'),
    state: z.array(RunState).optional().describe('Any of these.'),
    result: z.array(RunResult).optional().describe('Ended in any of these; adds to `state`.'),
    datasetId: z.string().max(300).optional(),
    actor: z.string().max(200).optional(),
    from: Moment.optional().describe('Asked for at this time or later.'),
    to: Moment.optional().describe('Exclusive.'),
    ...pagingFields(500, 50),
  }),
  output: z.object({ items: z.array(Run), nextCursor: NextCursor }),
  errors: { 400: ['BAD_CURSOR'] },
  async run({ kind, state, result, from, to, ...same }, { store, now }) {
    const states = [...(state ?? []), ...(result ?? [])]
    const page = await withRefusals(() =>
      store.runs({
        ...same,
        kind: kind?.length ? kind : undefined,
        state: states.length > 0 ? states : undefined,
        from: from === undefined ? undefined : epoch(from),
        to: to === undefined ? undefined : epoch(to),
      }),
    )
    return { items: page.items.map((run) => runView(run, now())), nextCursor: page.nextCursor }
  },
})
