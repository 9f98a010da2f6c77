import CopyText from '#islands/copy-text.tsx'
import type { FirstStep } from '#lib/inspect/first-steps.ts'
import type { InvocationContext } from '#lib/runtime/define.ts'
import { Island } from '#lib/runtime/page.tsx'
import type { Services } from '#lib/services.ts'
import { FirstSteps } from '#lib/view/first-steps/first-steps.tsx'
import { Page } from './_page.tsx'

interface Props {
  readonly context: Services & InvocationContext
  readonly steps: readonly FirstStep[]
}

/** The dashboard of a witness without datasets, and a page of its own ever after. */
export function FirstStepsPage({ context, steps }: Props) {
  return (
    <Page context={context} at="datasets">
      <FirstSteps
        steps={steps}
        nothing={context.config.datasets.length === 0}
        copy={(text, label) => <Island of={CopyText} with={{ text, label }} />}
      />
    </Page>
  )
}
