import type { Actor } from '#lib/runtime/actor.ts'
import { jsonSchemaOf } from '#lib/runtime/input.ts'
import type { RuntimeFace } from '#lib/runtime/runtime.ts'
import type { FunctionView, RuntimeView } from '#lib/services.ts'

/** What handlers may know of the runtime they run in. */
export function runtimeView(runtime: RuntimeFace, ready: RuntimeView['ready']): RuntimeView {
  return {
    functions: () => runtime.functions().map(functionView),
    async invoke(name, input, { trigger, actor, requestId, signal }) {
      const outcome = await runtime.invoke({ name, trigger, actor: actor as Actor, input, requestId, signal })
      if (outcome.problem !== undefined) throw outcome.problem
      return outcome.output
    },
    openapi: () => runtime.openapi(),
    nextScanAt: () => runtime.scheduler.get('scan')?.next?.getTime() ?? null,
    ready,
  }
}

function functionView(info: ReturnType<RuntimeFace['functions']>[number]): FunctionView {
  const { name, definition, access, schedule, running } = info
  return {
    name,
    summary: definition.summary,
    schedule: schedule?.pattern ?? null,
    timezone: schedule?.timezone ?? null,
    nextAt: schedule?.next?.getTime() ?? null,
    previousAt: schedule?.previous?.getTime() ?? null,
    running,
    access,
    input: definition.input === undefined ? { type: 'object' } : jsonSchemaOf(definition.input),
  }
}
