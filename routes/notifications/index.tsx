import { definePage } from '#lib/services.ts'
import { notificationsBody } from './_view.tsx'

export default definePage({
  title: 'Notifications',
  render: (_, context) => notificationsBody(context),
})
