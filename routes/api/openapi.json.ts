import { z } from 'zod'
import { defineRoute } from '#lib/services.ts'

const Document = z.looseObject({ openapi: z.string() })

export const GET = defineRoute({
  summary: 'This API as OpenAPI 3.1.',
  operationId: 'openapi',
  tags: ['status'],
  output: Document,
  etag: true,
  run: (_, { runtime }) => Document.parse(runtime.openapi()),
})
