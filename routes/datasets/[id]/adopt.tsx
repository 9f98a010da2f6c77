import { z } from 'zod'
import { nameOf } from '#lib/api/dataset-summary.ts'
import { datasetInput, noSuchDataset, withRefusals } from '#lib/api/refusals.ts'
import { triggerOf } from '#lib/api/run.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import { Problem } from '#lib/runtime/problem.ts'
import { redirect } from '#lib/runtime/reply.ts'
import { definePage, defineRoute, type Services } from '#lib/services.ts'
import { AdoptPrimary } from '#lib/view/adopt/adopt.tsx'
import { ask } from '../../_ask.ts'
import { Page } from '../../_page.tsx'
import { POST as adoptRoute } from '../../api/datasets/[id]/adopt.ts'
import { GET as detailRoute } from '../../api/datasets/[id].ts'

export default definePage({
  title: ({ id }, { engine }) => `Adopt ${nameIn(engine, id)}`,
  input: datasetInput,
  render: ({ id }, context) => view(context, id),
})

export const POST = defineRoute({
  summary: 'Follow this primary as it is.',
  access: 'operator',
  form: true,
  audit: 'adoptPrimary',
  input: datasetInput.extend({ reason: z.string().max(500).default('') }),
  async run({ id, reason }, context) {
    const refuse = async (status: number, fault: string) =>
      context.page({
        title: `Adopt ${nameIn(context.engine, id)}`,
        body: await view(context, id, fault, reason),
        status,
      })
    const said = adoptRoute.input?.shape.reason.safeParse(reason)
    if (said?.success !== true) return refuse(400, 'Say why it is right all the same: at least three letters.')
    try {
      await withRefusals(() => context.engine.adoptPrimary(id, { reason: said.data, trigger: triggerOf(context) }))
      return redirect(`/datasets/${encodeURIComponent(id)}`)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      return refuse(error.status, `${error.title}. ${error.detail}`)
    }
  },
})

async function view(context: Services & InvocationContext, id: string, fault: string | null = null, reason = '') {
  const detail = await ask(detailRoute, { id }, context)
  return (
    <Page context={context} at="datasets">
      <AdoptPrimary detail={detail} csrf={context.formToken()} fault={fault} reason={reason} />
    </Page>
  )
}

function nameIn(engine: Services['engine'], id: string): string {
  return nameOf((engine.dataset(id) ?? noSuchDataset(id)).dataset.mapping.primary.dataset)
}
