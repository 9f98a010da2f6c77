import { datasetSummary } from '#lib/api/dataset-summary.ts'
import { runView } from '#lib/api/run.ts'
import type { Emit } from '#lib/engine/deps.ts'
import type { Engine } from '#lib/engine/types.ts'
import type { EventHub } from '#lib/events/hub.ts'

/** The engine's news in the API's own words, to everyone who watches. */
export function emitTo(hub: EventHub, engine: () => Engine, now: () => number): Emit {
  const dataset = (id: string): void => {
    const view = engine().dataset(id)
    if (view !== null) hub.publish('dataset', datasetSummary(view, now()))
  }
  return {
    dataset: (record) => dataset(record.datasetId),
    control: (id) => dataset(id),
    run(run) {
      hub.publish('run', runView(run, now()))
      if (run.datasetId !== null) dataset(run.datasetId)
    },
    progress(run) {
      const { progress } = run
      hub.publish('progress', {
        runId: String(run.id),
        datasetId: run.datasetId,
        bytesDone: progress?.bytesDone ?? 0,
        bytesTotal: progress?.bytesTotal ?? null,
        rate: progress?.bytesPerSecond ?? null,
        etaSeconds: progress?.etaSeconds ?? null,
      })
    },
    host: (state) =>
      hub.publish('host', {
        id: state.id,
        reachable: state.reachable,
        latencyMs: state.latencyMs,
        fault: state.fault?.message ?? null,
      }),
  }
}
