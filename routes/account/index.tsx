import { definePage } from '#lib/services.ts'
import { accountBody } from './_view.tsx'

export default definePage({
  title: 'Account',
  render: (_, context) => accountBody(context),
})
