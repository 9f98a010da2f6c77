import { definePage } from '#lib/define.ts'
import { accountBody } from './_view.tsx'

export default definePage({
  title: 'Account',
  render: (_, context) => accountBody(context),
})
