import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { DatasetDetailView } from '#lib/api/dataset-detail.ts'
import type { Chain } from '#lib/view/detail/chain-section.tsx'
import type { RecentRun } from '#lib/view/detail/recent-runs.tsx'
import { watch } from './live.ts'
import { oneAtATime, soon } from './readings.ts'
import { send } from './send.ts'

export interface DatasetGiven {
  readonly detail: DatasetDetailView
  readonly chain: Chain | null
  readonly runs: readonly RecentRun[]
}

const PAUSE_MS = 400

/** A dataset's page kept up to date: whatever event names it, it is read again, at most a few times a second. */
export function useDataset(given: DatasetGiven) {
  const { id } = given.detail
  const detail = useSignal(given.detail)
  const chain = useSignal(given.chain)
  const runs = useSignal(given.runs)

  useEffect(() => {
    const path = `/api/datasets/${encodeURIComponent(id)}`
    const read = oneAtATime(async () => {
      await Promise.all([
        into(path, detail),
        into(`${path}/snapshots?limit=400`, chain),
        into<{ items: readonly RecentRun[] }>(`/api/runs?datasetId=${encodeURIComponent(id)}&limit=6`, {
          set value(page: { items: readonly RecentRun[] }) {
            runs.value = page.items
          },
        }),
      ])
    })
    const again = soon(read, PAUSE_MS)
    const end = watch({
      refetch: read,
      dataset: (summary) => summary.id === id && again.ask(),
      run: (run) => run.datasetId === id && again.ask(),
      progress(news) {
        const { activeRun } = detail.value
        if (activeRun?.progress == null || activeRun.id !== news.runId) return
        const { bytesDone, bytesTotal, rate, etaSeconds } = news
        const progress = {
          ...activeRun.progress,
          phase: 'TRANSFERRING' as const,
          bytesDone,
          bytesTotal,
          bytesPerSecond: rate,
          etaSeconds,
        }
        detail.value = { ...detail.value, activeRun: { ...activeRun, progress } }
      },
    })
    return () => {
      again.end()
      end()
    }
  }, [])
  return { detail, chain, runs }
}

/** What cannot be read stays as it was: the indicator says how old it is. */
async function into<T>(path: string, place: Signal<T> | Signal<T | null> | { value: T }): Promise<void> {
  const answer = await send('GET', path)
  if (answer.ok) place.value = answer.body as T
}
