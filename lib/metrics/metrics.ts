import type { Config } from '#config/effective.ts'
import type { Store } from '#lib/db/types.ts'
import type { Engine } from '#lib/engine/types.ts'
import type { Counters } from './counters.ts'
import { datasetGauges } from './datasets.ts'
import { hostGauges } from './hosts.ts'
import { CONTENT_TYPE, Exposition } from './text.ts'
import { type WitnessParts, witnessGauges } from './witness.ts'

interface Parts extends WitnessParts {
  readonly counters: Counters
  readonly config: () => Config
  readonly engine: Pick<Engine, 'datasets' | 'seen' | 'hosts' | 'activeRuns' | 'schedulerPause'>
  readonly store: Pick<Store, 'sizeBytes' | 'lastRepairs'>
}

/** Where /metrics is public, strangers may ask as often as they like: they share one answer a second. */
const SHARED_MS = 1000

/**
 * What Prometheus reads. Gauges are made of the engine's views at the moment of asking, so nothing of a dataset outlives
 * it; only what no view has is counted (counters.ts). Nothing here judges.
 */
export function createMetrics(parts: Parts): { readonly contentType: string; text(): Promise<string> } {
  const { counters, config, engine, store, now } = parts
  let remembered = false
  let made: { readonly at: number; readonly text: Promise<string> } | null = null

  async function remember(): Promise<void> {
    if (remembered) return
    counters.remember(await store.lastRepairs())
    remembered = true
  }

  async function text(): Promise<string> {
    await remember()
    const { hosts, pairs, scheduler } = config()
    // A child that is gone on the primary is watched no longer; its parent tells of it.
    const views = engine.datasets().filter(({ dataset }) => !dataset.retired)
    const ids = new Set(views.map(({ dataset }) => dataset.id))
    counters.retain(
      (id) => ids.has(id),
      (id) => hosts.has(id),
    )
    counters.knowHosts([...hosts.keys()])
    const to = new Exposition()
    await witnessGauges(to, parts)
    hostGauges(to, { engine, config: { hosts, pairs, scheduler }, now: now() })
    datasetGauges(to, views, { engine, counted: counters })
    return `${to.text()}${await counters.registry.metrics()}`
  }

  return {
    contentType: CONTENT_TYPE,
    text() {
      const at = now()
      if (made === null || Math.abs(at - made.at) >= SHARED_MS) {
        const mine = { at, text: text() }
        made = mine
        mine.text.catch(() => {
          if (made === mine) made = null
        })
      }
      return made.text
    },
  }
}
