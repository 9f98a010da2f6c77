import { batch, type Signal, useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { HostView } from '#lib/api/host.ts'
import { type ActiveRun, activeRunOf } from '#lib/view/dashboard/running-now.tsx'
import { oldestOf, type Summary } from '#lib/view/dashboard/top.tsx'
import { type DatasetRow, rowOf } from '#lib/view/dataset-row.ts'
import { overlookedOf } from '#lib/view/not-fresh.tsx'
import { overview, type Progress, watch } from './live.ts'
import { oneAtATime } from './readings.ts'

interface Given {
  readonly summary: Summary
  readonly problems: readonly DatasetRow[]
  readonly rows: readonly DatasetRow[]
  readonly runs: readonly ActiveRun[]
}

interface Dashboard {
  readonly rows: Signal<readonly DatasetRow[]>
  /** All rows are there, not only the first ones that the page brought. */
  readonly complete: Signal<boolean>
  readonly summary: { readonly value: Summary }
  readonly runs: Signal<readonly ActiveRun[]>
}

/** What the dashboard shows, kept up to date. Rows that change together are drawn together. */
export function useDashboard(given: Given): Dashboard {
  const rows = useSignal<readonly DatasetRow[]>(distinct([...given.problems, ...given.rows]))
  const complete = useSignal(false)
  const runs = useSignal(given.runs)
  const hosts = useSignal<readonly HostView[]>(given.summary.hosts)

  useEffect(() => {
    // What the stream says while an answer is on its way is newer than the answer, and is put over it again.
    let meanwhile: (() => void)[] | null = null
    const follow = (apply: () => void): void => {
      meanwhile?.push(apply)
      apply()
    }
    let waiting = new Map<string, DatasetRow>()
    let frame = 0
    const flush = (): void => {
      frame = 0
      if (waiting.size === 0) return
      const news = waiting
      waiting = new Map()
      const known = new Set(rows.value.map((row) => row.id))
      const changed = rows.value.map((row) => news.get(row.id) ?? row)
      rows.value = [...changed, ...[...news.values()].filter((row) => !known.has(row.id))]
    }
    const end = watch({
      refetch: oneAtATime(async () => {
        meanwhile = []
        const [all, active] = await Promise.all([readDatasets(), readActiveRuns()])
        const since = meanwhile
        meanwhile = null
        batch(() => {
          if (all !== null) {
            rows.value = keepSame(rows.value, all)
            complete.value = true
          }
          if (active !== null) runs.value = active
          for (const apply of since) apply()
          // Not a frame later: the answer alone is not to be seen.
          cancelAnimationFrame(frame)
          flush()
        })
      }),
      dataset: (summary) =>
        follow(() => {
          waiting.set(summary.id, rowOf(summary as DatasetRow))
          frame ||= requestAnimationFrame(flush)
        }),
      run: (run) =>
        follow(() => {
          runs.value = withRun(runs.value, run as ActiveRun)
        }),
      progress: (news) =>
        follow(() => {
          runs.value = withProgress(runs.value, news)
        }),
      host: (host) => {
        hosts.value = hosts.value.map((known) => (known.id === host.id ? (host as HostView) : known))
      },
    })
    return () => {
      cancelAnimationFrame(frame)
      end()
    }
  }, [])

  const summary = useComputed((): Summary => {
    const news = overview.value
    const { lastCheckAt, nextCheckAt, oldest, overlooked } = given.summary
    return {
      ...given.summary,
      overall: news?.overall ?? given.summary.overall,
      headline: news?.headline ?? given.summary.headline,
      counts: news?.counts ?? given.summary.counts,
      maintenance: news?.maintenance ?? given.summary.maintenance,
      incidents: news?.incidents ?? given.summary.incidents,
      hosts: hosts.value,
      lastCheckAt: news?.lastCheck === undefined ? lastCheckAt : (news.lastCheck?.finishedAt ?? null),
      nextCheckAt: news?.nextCheckAt === undefined ? nextCheckAt : news.nextCheckAt,
      oldest: complete.value ? oldestOf(rows.value) : oldest,
      overlooked: complete.value ? overlookedOf(rows.value) : overlooked,
    }
  })
  return { rows, complete, summary, runs }
}

function distinct(rows: readonly DatasetRow[]): readonly DatasetRow[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()]
}

interface Page {
  readonly items: readonly DatasetRow[]
  readonly nextCursor: string | null
}

/** All datasets; null when they could not be read: what is shown stays, and the indicator says how old it is. */
async function readDatasets(): Promise<readonly DatasetRow[] | null> {
  const rows: DatasetRow[] = []
  let cursor = ''
  try {
    do {
      const response = await fetch(
        `/api/datasets?limit=1000${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      )
      if (!response.ok) return null
      const page = (await response.json()) as Page
      rows.push(...page.items.map(rowOf))
      cursor = page.nextCursor ?? ''
    } while (cursor !== '')
    return rows
  } catch {
    // No answer: the stream says so, and asks again when it is back.
    return null
  }
}

/** The new rows, but the very old object where nothing has changed: it is not drawn again. */
function keepSame(before: readonly DatasetRow[], after: readonly DatasetRow[]): readonly DatasetRow[] {
  const known = new Map(before.map((row) => [row.id, row]))
  return after.map((row) => {
    const old = known.get(row.id)
    return old !== undefined && JSON.stringify(old) === JSON.stringify(row) ? old : row
  })
}

/** The runs under way after news of one. */
function withRun(runs: readonly ActiveRun[], run: ActiveRun): readonly ActiveRun[] {
  const others = runs.filter(({ id }) => id !== run.id)
  return run.state === 'QUEUED' || run.state === 'RUNNING' ? [...others, activeRunOf(run)] : others
}

function withProgress(runs: readonly ActiveRun[], news: Progress): readonly ActiveRun[] {
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

async function readActiveRuns(): Promise<readonly ActiveRun[] | null> {
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
