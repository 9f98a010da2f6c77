import { z } from 'zod'
import { nameOf } from '#lib/api/dataset-summary.ts'
import { previewView } from '#lib/api/plan.ts'
import { datasetId, noSuchDataset, runInTheWay, withRefusals } from '#lib/api/refusals.ts'
import { triggerOf } from '#lib/api/run.ts'
import { RunStrategy } from '#lib/api/run-detail.ts'
import { requireAccess } from '#lib/runtime/actor.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import { Problem } from '#lib/runtime/problem.ts'
import { redirect } from '#lib/runtime/reply.ts'
import { definePage, defineRoute, type Services } from '#lib/services.ts'
import { RepairView } from './_repair-view.tsx'

const strategyField = RunStrategy.default('SET_ASIDE')

export default definePage({
  title: ({ id }, { engine }) => `Repair ${nameIn(engine, id)}`,
  // It has both sides read.
  access: 'operator',
  input: z.object({ id: datasetId, strategy: strategyField }),
  render: ({ id, strategy }, context) => view(context, { id, strategy, fault: null }),
})

export const POST = defineRoute({
  summary: 'Start the repair that was shown.',
  form: true,
  audit: ({ confirm }) => (confirm === '' ? 'repair' : 'repairInPlace'),
  timeout: 240_000,
  input: z.object({
    id: datasetId,
    planId: z.string().max(100),
    strategy: strategyField,
    confirm: z.string().max(300).default(''),
    reason: z.string().max(500).default(''),
  }),
  async run({ id, planId, strategy, confirm, reason }, context) {
    const { engine, actor } = context
    // Only what destroys has to be typed.
    if (confirm !== '' || strategy === 'IN_PLACE') requireAccess(actor, 'admin')
    try {
      const { run } = await engine.repair({
        datasetId: id,
        planId,
        confirm: confirm || null,
        reason: reason || null,
        trigger: triggerOf(context),
      })
      return redirect(`/runs/${run.id}`)
    } catch (error) {
      // Pressed twice, or by two people: what was asked for is under way.
      const running = runInTheWay(error)
      if (running !== null) return redirect(`/runs/${running}`)
      const problem = await problemOf(error)
      const body = await view(context, { id, strategy, fault: `${problem.title}. ${problem.detail}` })
      return context.page({ title: `Repair ${nameIn(engine, id)}`, body, status: problem.status })
    }
  },
})

async function view(
  context: Services & InvocationContext,
  {
    id,
    strategy,
    fault,
  }: { readonly id: string; readonly strategy: 'SET_ASIDE' | 'IN_PLACE'; readonly fault: string | null },
) {
  const { engine, signal } = context
  const { dataset } = engine.dataset(id) ?? noSuchDataset(id)
  const preview = previewView(await withRefusals(() => engine.preview(id, { strategy, signal })))
  const name = nameOf(dataset.mapping.primary.dataset)
  return (
    <RepairView
      context={context}
      name={name}
      pair={dataset.mapping}
      strategy={strategy}
      preview={preview}
      fault={fault}
    />
  )
}

function nameIn(engine: Services['engine'], id: string): string {
  return nameOf((engine.dataset(id) ?? noSuchDataset(id)).dataset.mapping.primary.dataset)
}

/** A refusal in the words of the API; everything else is no refusal and goes on. */
async function problemOf(error: unknown): Promise<Problem> {
  try {
    return await withRefusals(() => Promise.reject(error))
  } catch (refused) {
    if (refused instanceof Problem) return refused
    throw refused
  }
}
