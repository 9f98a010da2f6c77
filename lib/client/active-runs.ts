import { type ActiveRun, activeRunOf } from '#lib/view/dashboard/running-now.tsx'
import type { Progress } from './live.ts'

/** The runs under way after news of one. */
export function withRun(runs: readonly ActiveRun[], run: ActiveRun): readonly ActiveRun[] {
  const others = runs.filter(({ id }) => id !== run.id)
  return run.state === 'QUEUED' || run.state === 'RUNNING' ? [...others, activeRunOf(run)] : others
}

export function withProgress(runs: readonly ActiveRun[], news: Progress): readonly ActiveRun[] {
  return runs.map((run) => {
    if (run.id !== news.runId) return run
    const before = run.progress ?? {
      stepIndex: 0,
      stepCount: 0,
      percent: null,
      lastByteAt: null,
      totalIsEstimate: true,
    }
    const { bytesDone, bytesTotal, etaSeconds, rate } = news
    const phase = bytesDone > 0 ? ('TRANSFERRING' as const) : (run.progress?.phase ?? 'READING')
    return { ...run, progress: { ...before, phase, bytesDone, bytesTotal, etaSeconds, bytesPerSecond: rate } }
  })
}

export async function readActiveRuns(): Promise<readonly ActiveRun[] | null> {
  try {
    const response = await fetch('/api/runs?state=QUEUED,RUNNING&limit=100')
    if (!response.ok) return null
    const { items } = (await response.json()) as { readonly items: readonly ActiveRun[] }
    return items.map(activeRunOf)
  } catch {
    // No answer: the stream says so, and asks again when it is back.
    return null
  }
}
