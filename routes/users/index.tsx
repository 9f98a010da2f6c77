import { z } from 'zod'
import { definePage } from '#lib/services.ts'
import { usersBody } from './_view.tsx'

export default definePage({
  title: 'Users',
  access: 'admin',
  input: z.object({ user: z.string().max(64).optional() }),
  render: ({ user = null }, context) => usersBody(context, { chosen: user }),
})
