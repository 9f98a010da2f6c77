import type { z } from 'zod'
import type { RouteDefinition } from '#lib/runtime/define.ts'
import type { Services } from '#lib/services.ts'

/**
 * What the API would answer, for the page that shows it: one document for both, so that they never say different things.
 * Only for routes that answer with a plain document. @throws whatever the route throws
 */
export async function ask<Input extends z.ZodObject, Output extends z.ZodType>(
  route: RouteDefinition<Services, Input, Output>,
  input: z.output<Input>,
  context: Parameters<typeof route.run>[1],
): Promise<z.input<Output>> {
  const answer = await route.run(input, context)
  if (answer instanceof Response)
    throw new Error(`"${route.summary}" answers with a response; a page needs its document.`)
  return answer as z.input<Output>
}
