import { z } from 'zod'
import { FunctionSummary, functionView } from '#lib/api/function.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'All functions, with their schedules.',
  operationId: 'fnList',
  tags: ['functions'],
  output: z.object({ items: z.array(FunctionSummary) }),
  run: (_, { runtime }) => ({ items: runtime.functions().map(functionView) }),
})
