import { definePage } from '#lib/services.ts'
import { adoptBody } from './_body.tsx'

export default definePage({
  title: 'Decisions',
  render: (_, context) => adoptBody(context),
})
