import type { ControlRecord } from '#lib/db/types.ts'
import type { EngineContext } from './context.ts'
import type { Monitored } from './monitored.ts'
import { settleFailures } from './settle.ts'
import type { Engine } from './types.ts'

/** Pause and acknowledge: they change what is done and what alarms, never what is true. */
export function controls(
  context: EngineContext,
  found: (id: string) => Monitored,
): Pick<Engine, 'pause' | 'resume' | 'ack' | 'unack'> {
  const { deps, states } = context

  async function set(
    id: string,
    kind: ControlRecord['kind'],
    control: { readonly until: number | null; readonly by: string; readonly reason: string | null },
  ): Promise<void> {
    found(id)
    await deps.store.setControl({ datasetId: id, kind, at: deps.now(), ...control })
    if (kind === 'ack') await settleFailures(context, [id])
    await changed(
      id,
      `${kind === 'pause' ? 'Paused' : 'Acknowledged'} by ${control.by}${control.reason === null ? '' : `: ${control.reason}`}`,
    )
  }

  async function clear(id: string, kind: ControlRecord['kind'], by: string): Promise<void> {
    found(id)
    await deps.store.clearControl(id, kind)
    if (kind === 'pause') await settleFailures(context, [id])
    await changed(id, `${kind === 'pause' ? 'Resumed' : 'Acknowledgement taken back'} by ${by}`)
  }

  async function changed(id: string, message: string): Promise<void> {
    await states.reloadControls(deps.now())
    deps.log.info(message, { datasetId: id })
    deps.emit.control(id, states.controls(id, deps.now()))
  }

  return {
    pause: (id, control) => set(id, 'pause', control),
    resume: (id, by) => clear(id, 'pause', by),
    ack: (id, control) => set(id, 'ack', control),
    unack: (id, by) => clear(id, 'ack', by),
  }
}
