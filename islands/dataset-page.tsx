import { useSignal } from '@preact/signals'
import type { ComponentProps } from 'preact'
import { Action } from '#lib/client/action.tsx'
import { type DatasetGiven, useDataset } from '#lib/client/dataset.ts'
import { Acknowledge, DatasetControls } from '#lib/client/dataset-controls.tsx'
import { useHydrated } from '#lib/client/hydrated.ts'
import { Stillness } from '#lib/client/stillness.tsx'
import { activeRunOf, RunningNow } from '#lib/view/dashboard/running-now.tsx'
import { SanChecks, SetAsidesBeside, Settings } from '#lib/view/detail/beside.tsx'
import { ChainSection, type ChainView } from '#lib/view/detail/chain-section.tsx'
import { DetailHead, Newest, Verified } from '#lib/view/detail/head.tsx'
import { InDoubt } from '#lib/view/detail/in-doubt.tsx'
import { LagChart } from '#lib/view/detail/lag-chart.tsx'
import { RecentRuns } from '#lib/view/detail/recent-runs.tsx'
import { Options, Why } from '#lib/view/detail/why.tsx'
import { ChangeTable, type ShownChange } from '#lib/view/history/changes.tsx'
import { ObjectiveMonths } from '#lib/view/history/objective.tsx'
import { RoleNote } from '#lib/view/layout.tsx'
import { NotLookedAtOne } from '#lib/view/not-fresh.tsx'
import { useNow } from '#lib/view/shown-time.ts'

interface Props extends DatasetGiven {
  /** The last changes, as of the moment at which the page was made. */
  readonly changes: readonly ShownChange[]
  readonly months: ComponentProps<typeof ObjectiveMonths>['months']
  readonly view: ChainView
}

/** Everything about one dataset. */
export default function DatasetPage(props: Props) {
  const { detail, chain, runs } = useDataset(props)
  const view = useSignal(props.view)
  const ready = useHydrated()
  const now = useNow()
  const shown = detail.value
  const { id, name, paused, ack, activeRun } = shown
  const controls = (
    <DatasetControls
      id={id}
      name={name}
      hosts={[shown.pair.primary.host, shown.pair.backup.host]}
      paused={paused}
      ack={ack}
    />
  )
  const onView = (wanted: ChainView): void => {
    view.value = wanted
    const params = new URLSearchParams({ span: wanted.span, ...(wanted.onlyDifferences ? { differences: '1' } : {}) })
    history.replaceState(null, '', `?${params}`)
  }

  return (
    <>
      <DetailHead detail={shown}>
        <Action
          path={`/api/datasets/${encodeURIComponent(id)}/run`}
          body={{ mode: 'CHECK' }}
          title="Reads both sides; writes nothing"
        >
          Check now
        </Action>
        {controls}
        <RoleNote />
      </DetailHead>
      <Stillness />
      <NotLookedAtOne stale={shown.stale} checkedAt={shown.checkedAt} />
      {activeRun !== null && <RunningNow runs={[activeRunOf(activeRun)]} nameOf={() => name} />}
      <InDoubt detail={shown} />
      <div class="columns">
        <Why detail={shown} />
        <Options detail={shown} actions={<Acknowledge id={id} name={name} bordered />} />
      </div>
      <ChainSection
        chain={chain.value}
        view={view.value}
        baseGuid={shown.newestCommon?.guid ?? null}
        now={now}
        onView={ready ? onView : undefined}
      />
      <div class="columns">
        <section class="card" aria-labelledby="lag">
          <h2 id="lag">Delay, 30 days</h2>
          <LagChart
            points={shown.history}
            warnDelaySeconds={shown.warnDelaySeconds}
            maxDelaySeconds={shown.maxDelaySeconds}
          />
        </section>
        <Newest detail={shown} />
      </div>
      <div class="three-columns">
        <div class="stack">
          <SanChecks detail={shown} />
          <SetAsidesBeside detail={shown} />
        </div>
        <div class="stack">
          <RecentRuns runs={runs.value} datasetId={id} />
          <Verified detail={shown} />
          <ObjectiveMonths months={props.months} maxDelaySeconds={shown.maxDelaySeconds} />
        </div>
        <Settings detail={shown} />
      </div>
      <section class="stack-s" aria-labelledby="history">
        <h2 id="history">History</h2>
        {props.changes.length === 0 ? (
          <p class="muted">Nothing has changed since it is watched, as far as is on record.</p>
        ) : (
          <ChangeTable items={props.changes} caption="The last changes of this dataset" isOfOne />
        )}
        <p>
          <a href={`/history?dataset=${encodeURIComponent(id)}`}>All of its history</a>
        </p>
      </section>
    </>
  )
}
