import { useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Action } from '#lib/client/action.tsx'
import { useDashboard } from '#lib/client/dashboard.ts'
import { Acknowledge } from '#lib/client/dataset-controls.tsx'
import { rowKeys } from '#lib/client/row-keys.ts'
import { RunNow } from '#lib/client/run-now.tsx'
import { Stillness } from '#lib/client/stillness.tsx'
import { useStrips } from '#lib/client/strips.ts'
import { AllDatasets } from '#lib/view/dashboard/all-datasets.tsx'
import { NeedsYou } from '#lib/view/dashboard/needs-you.tsx'
import { type ActiveRun, RunningNow } from '#lib/view/dashboard/running-now.tsx'
import { Headline, SanLinks, type Summary, Tiles } from '#lib/view/dashboard/top.tsx'
import { type DatasetQuery, findRows, readQuery, writeQuery } from '#lib/view/dataset-query.ts'
import type { DatasetRow, StatusWord } from '#lib/view/dataset-row.ts'
import { readForm } from '#lib/view/datasets/find-form.tsx'
import { RoleNote } from '#lib/view/layout.tsx'
import { MaintenanceNotes } from '#lib/view/maintenance/notes.tsx'
import { NotLookedAt } from '#lib/view/not-fresh.tsx'

interface Props {
  readonly summary: Summary
  /** What needs someone and is not among the rows. */
  readonly problems: readonly DatasetRow[]
  /** The first ones that the query finds. */
  readonly rows: readonly DatasetRow[]
  /** How many it finds. */
  readonly found: number
  readonly reasons: readonly string[]
  readonly runs: readonly ActiveRun[]
  readonly query: DatasetQuery
}

/** Rows drawn at first and with each "more": the rest is found by search all the same. */
const SLICE = 200

export default function Dashboard(props: Props) {
  const { rows, complete, summary, runs } = useDashboard(props)
  const query = useSignal(props.query)
  const most = useSignal(SLICE)

  const show = (wanted: DatasetQuery): void => {
    query.value = wanted
    most.value = SLICE
    history.replaceState(null, '', `/${writeQuery(wanted)}`)
  }
  /** Whoever was quicker than this script has typed or chosen already. */
  const followForm = (): void => {
    const form = document.querySelector<HTMLFormElement>('form#find')
    const wanted = form === null ? query.value : readForm(form, query.value)
    if (writeQuery(wanted) !== writeQuery(query.value)) show(wanted)
  }
  useEffect(() => {
    const onBack = (): void => {
      query.value = readQuery(new URLSearchParams(location.search))
    }
    addEventListener('popstate', onBack)
    followForm()
    const end = rowKeys()
    return () => {
      removeEventListener('popstate', onBack)
      end()
    }
  }, [])

  // The page answers the question of its own address; another one, until all rows are there, of those that are.
  const answered = useComputed(() => !complete.value && query.value === props.query)
  const found = useComputed(() => (answered.value ? props.rows : findRows(rows.value, query.value)))
  const shown = found.value.slice(0, most.value)
  const names = new Map(rows.value.map((row) => [row.id, row.name]))
  const toggle = (status: StatusWord): void => {
    const before = query.value.status
    const status_ = before.includes(status) ? before.filter((other) => other !== status) : [...before, status]
    show({ ...query.value, status: status_ })
  }

  return (
    <>
      <Headline summary={summary.value}>
        <Action path="/api/run" body={{ mode: 'CHECK' }} title="Reads both sides of every dataset; starts no repair">
          Check all
        </Action>
        <RunNow />
        <RoleNote />
      </Headline>
      <Stillness />
      <MaintenanceNotes notes={summary.value.maintenance} />
      <NotLookedAt overlooked={summary.value.overlooked} />
      <div class="overview">
        <Tiles counts={summary.value.counts} query={query.value} onPress={complete.value ? toggle : undefined} />
        <SanLinks hosts={summary.value.hosts} pairs={summary.value.pairs} />
      </div>
      <NeedsYou
        rows={rows.value}
        incidents={summary.value.incidents}
        actions={(row) => <Acknowledge id={row.id} name={row.name} />}
      />
      <RunningNow runs={runs.value} nameOf={(id) => names.get(id) ?? id} />
      <AllDatasets
        rows={shown}
        found={answered.value ? props.found : complete.value ? found.value.length : null}
        total={summary.value.counts.total + summary.value.counts.retired}
        query={query.value}
        pairs={summary.value.pairs.map((pair) => pair.name)}
        reasons={complete.value ? [...new Set(rows.value.map((row) => row.reason.code))].sort() : props.reasons}
        days={useStrips(shown.slice(0, SLICE).map((row) => row.id))}
        onQuery={show}
        complete={complete.value}
        onMore={() => (most.value += SLICE)}
      />
    </>
  )
}
