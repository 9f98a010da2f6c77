import ConfirmRepair from '#islands/confirm-repair.tsx'
import CopyText from '#islands/copy-text.tsx'
import type { PreviewView } from '#lib/api/plan.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import { Island } from '#lib/runtime/page.tsx'
import type { Services } from '#lib/services.ts'
import { datasetPage } from '#lib/view/dataset-row.ts'
import { Icon } from '#lib/view/icon.tsx'
import { Destroys, lostWords } from '#lib/view/repair/destroys.tsx'
import { PlanHead, Preflight } from '#lib/view/repair/plan-head.tsx'
import { PlanSteps, planText } from '#lib/view/repair/plan-steps.tsx'
import { Page } from '../../_page.tsx'

interface Props {
  readonly context: Services & InvocationContext
  readonly name: string
  readonly pair: { readonly backup: { readonly host: string; readonly dataset: string } }
  readonly strategy: 'SET_ASIDE' | 'IN_PLACE'
  readonly preview: PreviewView
  /** Why the last try did not start. */
  readonly fault: string | null
}

export function RepairView({ context, name, pair, strategy, preview, fault }: Props) {
  const { plan, datasetId } = preview
  const { host, dataset } = pair.backup
  const page = datasetPage(datasetId)
  const canRun = plan.blocked === null && plan.kind !== 'NOTHING' && plan.kind !== 'IMPOSSIBLE'
  return (
    <Page context={context} at="datasets">
      <nav class="crumbs" aria-label="Where you are">
        <ol>
          <li>
            <a href="/">Datasets</a>
          </li>
          <li>
            <a href={page}>{name}</a>
          </li>
          <li aria-current="page">Repair</li>
        </ol>
      </nav>
      {fault !== null && (
        <p class="note bad" role="alert">
          <Icon name="broken" />
          <span>{fault} Below is a plan made just now.</span>
        </p>
      )}
      <PlanHead preview={preview} name={name} />
      {plan.destroys.length > 0 && <Destroys destroys={plan.destroys} host={host} dataset={dataset} />}
      {plan.blocked !== null && (
        <p class="note warn">
          <Icon name="alert" />
          <span>
            <b>It cannot run now:</b> {plan.blocked.because} {plan.blocked.cure}
          </span>
        </p>
      )}
      {plan.steps.length > 0 && (
        <>
          <PlanSteps steps={plan.steps} />
          <div class="row">
            <Island of={CopyText} with={{ text: planText(plan.steps), label: 'Copy all' }} />
            <span class="muted">The witness runs these words itself; they are shown to be read, not to be pasted.</span>
          </div>
        </>
      )}
      <Preflight checks={plan.checks} />
      {canRun ? (
        <Island
          of={ConfirmRepair}
          with={{
            id: datasetId,
            csrf: context.formToken(),
            planId: preview.planId,
            strategy,
            confirm: preview.confirm,
            act: actWords(preview, host),
          }}
        />
      ) : (
        <p>
          <a class="button" href={page}>
            Back to {name}
          </a>
        </p>
      )}
      {strategy === 'IN_PLACE' && (
        <p>
          <a href={`${page}/repair`}>Preview the repair that destroys nothing instead</a>
        </p>
      )}
    </Page>
  )
}

/** The button states the act and the count. */
function actWords({ plan }: PreviewView, host: string): string {
  if (plan.destroys.length > 0) return `Destroy ${lostWords(plan.destroys)} and repair ${host}`
  if (plan.setAside !== null) return `Set aside and repair ${host}`
  switch (plan.kind) {
    case 'RESUME':
      return `Resume the transfer to ${host}`
    case 'SEED':
      return `Seed ${host}`
    case 'FINISH_SWAP':
      return `Finish the swap on ${host}`
    default:
      return `Repair ${host}`
  }
}
