import type { Config } from '#config/effective.ts'
import { datasetSummary } from '#lib/api/dataset-summary.ts'
import { hostView } from '#lib/api/host.ts'
import { runView } from '#lib/api/run.ts'
import { overview } from '#lib/api/status.ts'
import type { Emit } from '#lib/engine/deps.ts'
import type { Engine } from '#lib/engine/types.ts'
import type { EventHub } from '#lib/events/hub.ts'

interface Parts {
  readonly engine: () => Engine
  readonly config: () => Config
  readonly now: () => number
}

/** The engine's news in the API's own words, to everyone who watches. */
export function emitTo(hub: EventHub, { engine, config, now }: Parts): Emit {
  let counting: ReturnType<typeof setTimeout> | null = null

  function dataset(id: string): void {
    const view = engine().dataset(id)
    if (view === null) return
    hub.publish('dataset', datasetSummary(view, now()))
    statusSoon()
  }

  /** Counting walks over every dataset, so a scan of a thousand counts once a second and not a thousand times. */
  function statusSoon(): void {
    if (counting !== null || hub.clients() === 0) return
    counting = setTimeout(() => {
      counting = null
      // Without its list: the summaries of those that changed are sent one by one.
      const { datasets: _, ...counts } = overview({ engine: engine(), config: config() }, now())
      hub.publish('status', counts)
    }, 1000)
    counting.unref()
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
    host: (state) => hub.publish('host', hostView(state, config())),
  }
}
