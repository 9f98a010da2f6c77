import { z } from 'zod'
import { FunctionDetail, functionView, invocationView } from '#lib/api/function.ts'
import { notFound } from '#lib/runtime/problem.ts'
import { reply } from '#lib/runtime/reply.ts'
import { defineRoute } from '#lib/services.ts'

const INVOCATIONS = 20
const RunStarted = z.object({ runId: z.string().regex(/^\d+$/) })
const name = z.string().min(1).max(100).describe('File name of the function, without its ending.')

export const GET = defineRoute({
  summary: 'A function and its last invocations.',
  operationId: 'fnShow',
  tags: ['functions'],
  input: z.object({ name }),
  output: FunctionDetail,
  errors: { 404: ['NO_SUCH_FUNCTION'] },
  async run(input, { runtime, store }) {
    const info = runtime.functions().find((known) => known.name === input.name)
    if (info === undefined) {
      return notFound(`There is no function ${input.name}. GET /api/functions lists them.`, 'NO_SUCH_FUNCTION')
    }
    const records = await store.invocations(info.name, INVOCATIONS)
    return { ...functionView(info), invocations: records.map(invocationView) }
  },
})

export const POST = defineRoute({
  summary: 'Run a function now and wait for its end.',
  description: "The body is the function's input; its own `access` decides who may run it.",
  operationId: 'fnRun',
  tags: ['functions'],
  // More is decided by the function itself.
  access: 'viewer',
  runs: ({ name: wanted }) => wanted,
  timeout: 240_000,
  input: z.looseObject({ name }),
  output: z.object({ name: z.string(), output: z.unknown() }),
  errors: {
    401: ['NOT_AUTHENTICATED'],
    403: ['FORBIDDEN_ROLE'],
    404: ['NO_SUCH_FUNCTION'],
    409: ['ALREADY_RUNNING'],
    503: ['SHUTTING_DOWN', 'TIMED_OUT'],
  },
  // A client that goes away does not stop what it began, so the request's signal stays here.
  async run({ name: wanted, ...input }, { runtime, actor, requestId }) {
    const output = await runtime.invoke(wanted, input, { trigger: 'http', actor, requestId })
    // Who looks for what became of it finds the run, here and in the audit.
    const run = RunStarted.safeParse(output)
    const headers = run.success ? { Location: `/api/runs/${run.data.runId}` } : undefined
    return reply(200, { name: wanted, output: output ?? null }, headers)
  },
})
