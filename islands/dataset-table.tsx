import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type DatasetRow, rowOf, withRow } from '#lib/view/dataset-row.ts'
import { DatasetRows } from '#lib/view/dataset-rows.tsx'
import { follow } from '#lib/view/follow.ts'
import { type Connection, LiveMark } from '#lib/view/live-mark.tsx'
import type { RunProgress } from '#lib/view/run-progress.tsx'

interface Props {
  readonly rows: readonly DatasetRow[]
  /** When the server made the page, epoch milliseconds. */
  readonly asOf: number
}

const CLOCK_MS = 15_000

/** The table of datasets, live where there is JavaScript. */
export default function DatasetTable(props: Props) {
  const rows = useSignal(props.rows)
  const asOf = useSignal(props.asOf)
  const now = useSignal(props.asOf)
  const connection = useSignal<Connection>('page')
  const progress = useSignal<Readonly<Record<string, RunProgress>>>({})

  useEffect(() => {
    const touch = (): void => {
      asOf.value = Date.now()
      now.value = Date.now()
    }
    const clock = setInterval(() => {
      now.value = Date.now()
    }, CLOCK_MS)
    const end = follow({
      connection: (state) => {
        connection.value = state
      },
      rows: (all, at) => {
        rows.value = all.map(rowOf)
        progress.value = keepActive(progress.value, rows.value)
        asOf.value = at
      },
      row: (row) => {
        rows.value = withRow(rows.value, rowOf(row))
        progress.value = keepActive(progress.value, rows.value)
        touch()
      },
      run: ({ id, state }) => {
        if (state !== 'QUEUED' && state !== 'RUNNING') progress.value = without(progress.value, id)
        touch()
      },
      progress: (news) => {
        if (news.datasetId !== null) progress.value = { ...progress.value, [news.datasetId]: news }
        touch()
      },
    })
    return () => {
      clearInterval(clock)
      end()
    }
  }, [])

  return (
    <section aria-label="Datasets">
      <LiveMark connection={connection.value} asOf={asOf.value} now={now.value} />
      <DatasetRows rows={rows.value} progress={progress.value} />
    </section>
  )
}

type ByDataset = Readonly<Record<string, RunProgress>>

/** A bar belongs to a run; when its row says that no run is active, an end was missed. */
function keepActive(progress: ByDataset, rows: readonly DatasetRow[]): ByDataset {
  const active = new Set(rows.filter((row) => row.activeRunId !== null).map((row) => row.id))
  return Object.fromEntries(Object.entries(progress).filter(([id]) => active.has(id)))
}

function without(progress: ByDataset, runId: string): ByDataset {
  return Object.fromEntries(Object.entries(progress).filter(([, { runId: id }]) => id !== runId))
}
