import { definePage } from '#lib/services.ts'
import { FirstStepsPage } from './_first-steps.tsx'

export default definePage({
  title: 'First steps',
  async render(_, context) {
    return <FirstStepsPage context={context} steps={await context.inspection.firstSteps()} />
  },
})
