import { z } from 'zod'
import type { Config } from '#config/effective.ts'
import { intervalAt } from '#config/schedule.ts'
import type { Store } from '#lib/db/types.ts'
import type { Engine } from '#lib/engine/types.ts'
import type { Actor } from '#lib/runtime/actor.ts'
import type { Runtime } from '#lib/runtime/runtime.ts'
import type { FunctionView, RuntimeView } from '#lib/services.ts'

interface Parts {
  readonly store: Store
  readonly engine: Engine
  readonly configuration: { readonly current: Config; readonly missing: boolean }
  readonly now: () => number
  readonly makeRoom: () => Promise<void>
}

const PROBE_MS = 10_000

export interface AttachableView extends RuntimeView {
  /** The runtime is built from services that hold this view, so it comes later. */
  attach(runtime: Runtime): void
  closing(): void
}

/** What handlers may know of the runtime they run in. */
export function runtimeView({ store, configuration, now, makeRoom }: Parts): AttachableView {
  let runtime: Runtime | null = null
  let stopping = false
  let probe: { readonly at: number; readonly ok: Promise<boolean> } | null = null
  /** Strangers may ask as often as they like: they get the answer of some seconds ago. */
  const canWrite = (): Promise<boolean> => {
    const at = now()
    if (probe === null || Math.abs(at - probe.at) >= PROBE_MS) {
      probe = { at, ok: canBeWritten(store).then((can) => can || makeRoom().then(() => canBeWritten(store))) }
    }
    return probe.ok
  }
  const running = (): Runtime => {
    if (runtime === null) throw new Error('The runtime is not there yet.')
    return runtime
  }
  return {
    attach: (made) => {
      runtime = made
    },
    closing: () => {
      stopping = true
    },
    shuttingDown: () => stopping,
    functions: () => running().functions().map(functionView),
    invoke: async (name, input, by) => {
      const actor = by.actor as Actor
      const outcome = await running().invoke({
        name,
        trigger: by.trigger,
        actor,
        input,
        requestId: by.requestId,
        signal: by.signal,
      })
      if (outcome.problem !== undefined) throw outcome.problem
      return outcome.output
    },
    openapi: () => running().openapi(),
    nextScanAt: () => running().scheduler.get('scan')?.next?.getTime() ?? null,
    async ready() {
      const failed: string[] = []
      // The name is the answer; readers of /readyz are not told more.
      if (!(await canWrite())) failed.push('database')
      if (stopping) failed.push('stopping')
      if (configuration.missing) failed.push('configuration')
      const { scheduler } = configuration.current
      if (
        scheduler.enabled &&
        runtime?.scheduler.running === true &&
        isLate(running().scheduler.get('scan')?.next ?? null, now(), intervalAt(scheduler, now()))
      )
        failed.push('scheduler')
      return failed
    },
  }
}

function canBeWritten(store: Store): Promise<boolean> {
  return store.check().then(
    () => true,
    () => false,
  )
}

/** A next tick that should have come two intervals ago: the scheduler stands still. */
function isLate(next: Date | null, now: number, intervalSeconds: number): boolean {
  return next === null || now - next.getTime() > 2 * intervalSeconds * 1000
}

function functionView(info: ReturnType<Runtime['functions']>[number]): FunctionView {
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
    input:
      definition.input === undefined
        ? { type: 'object' }
        : z.toJSONSchema(definition.input, { io: 'input', unrepresentable: 'any' }),
  }
}
