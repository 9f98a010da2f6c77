import { Version, versionView } from '#lib/api/about.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'What runs here.',
  operationId: 'version',
  tags: ['status'],
  output: Version,
  run: (_, { about }) => versionView(about),
})
