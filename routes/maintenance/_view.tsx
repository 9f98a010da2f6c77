import { DAY_MS } from '#lib/api/fields.ts'
import { maintenanceView } from '#lib/api/maintenance.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import { Problem } from '#lib/runtime/problem.ts'
import type { Services } from '#lib/services.ts'
import { MaintenancePage } from '#lib/view/maintenance/maintenance.tsx'
import { isPlanField, type PlanFault, type Typed } from '#lib/view/maintenance/plan-form.tsx'
import { Page } from '../_page.tsx'

type Context = Services & InvocationContext

const PAST_MS = 30 * DAY_MS
export const NOTHING_TYPED: Typed = { kind: 'PAUSE', target: '', datasets: [], from: '', until: '', reason: '' }

interface More {
  readonly typed?: Typed
  readonly fault?: PlanFault
  readonly refused?: string
  readonly done?: string
}

/** The page of maintenances, also as the answer to one of its forms. */
export async function maintenanceBody(context: Context, { typed = NOTHING_TYPED, fault, refused, done }: More = {}) {
  const { engine, config, now } = context
  const items = [...engine.maintenances(), ...(await engine.pastMaintenances(now() - PAST_MS))]
  const datasets = engine.datasets().filter(({ dataset }) => !dataset.retired)
  return (
    <Page context={context} at="maintenance">
      <MaintenancePage
        csrf={context.formToken()}
        items={items.map(maintenanceView)}
        choices={{
          hosts: [...config.hosts.keys()],
          pairs: config.pairs.map(({ name }) => name),
          datasets: datasets.map(({ dataset }) => ({ id: dataset.id, pair: dataset.config.pair })),
        }}
        typed={typed}
        fault={fault ?? null}
        refused={refused ?? null}
        done={done ?? null}
      />
    </Page>
  )
}

/** Does what a form asks; what is refused is said at the field it is about, where there is one. */
export async function onMaintenance(
  context: Context,
  typed: Typed | null,
  work: () => Promise<string>,
): Promise<Response> {
  try {
    const done = await work()
    return context.page({ title: 'Maintenance', body: await maintenanceBody(context, { done }) })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const body =
      typed === null
        ? await maintenanceBody(context, { refused: error.detail })
        : await maintenanceBody(context, { typed, fault: { field: fieldOf(error), text: error.detail } })
    return context.page({ title: 'Maintenance', body, problem: error })
  }
}

/** What is not about a field of the form is about what it is for. */
function fieldOf({ errors }: Problem): PlanFault['field'] {
  const name = errors?.[0]?.pointer.slice(1) ?? ''
  return isPlanField(name) ? name : 'target'
}
