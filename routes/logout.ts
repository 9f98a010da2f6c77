import { defineRoute } from '#lib/services.ts'

export const POST = defineRoute({
  summary: 'Sign out.',
  access: 'viewer',
  form: true,
  audit: 'logout',
  async run(_, { access, request }) {
    const cookie = request === undefined ? null : await access.endSession(request)
    return new Response(null, { status: 303, headers: { Location: '/login', ...(cookie && { 'Set-Cookie': cookie }) } })
  },
})
