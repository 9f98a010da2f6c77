import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { LogView } from '#lib/api/log.ts'
import type { RunDetailView } from '#lib/api/run-detail.ts'
import { Action } from '#lib/client/action.tsx'
import { serverNow, watch } from '#lib/client/live.ts'
import { oneAtATime, soon } from '#lib/client/readings.ts'
import { pageOfRun } from '#lib/client/run-now.tsx'
import { send } from '#lib/client/send.ts'
import { RoleNote } from '#lib/view/layout.tsx'
import { LogLines } from '#lib/view/logs/log-lines.tsx'
import { Audit, Decisions, RunFault } from '#lib/view/runs/run-audit.tsx'
import { RunHead } from '#lib/view/runs/run-head.tsx'
import { RunMoving } from '#lib/view/runs/run-moving.tsx'
import { RunActions, RunSteps } from '#lib/view/runs/run-steps.tsx'
import { shownNow } from '#lib/view/shown-time.ts'

interface Props {
  readonly run: RunDetailView
  readonly log: readonly LogView[]
}

const PAUSE_MS = 300
const TAIL = 200

/** One run, live as long as it goes on. */
export default function RunPage(props: Props) {
  const run = useSignal(props.run)
  const log = useSignal(props.log)
  const { id } = props.run

  useEffect(() => {
    const read = oneAtATime(async () => {
      const answer = await send('GET', `/api/runs/${id}`)
      if (answer.ok) run.value = answer.body as RunDetailView
      const last = log.value.at(-1)?.id ?? '0'
      const records = await send('GET', `/api/runs/${id}/log?after=${last}&limit=${TAIL}`)
      if (records.ok) add((records.body as { items: readonly LogView[] }).items)
    })
    const add = (records: readonly LogView[]): void => {
      const known = new Set(log.value.map((record) => record.id))
      const fresh = records.filter((record) => !known.has(record.id))
      if (fresh.length > 0) log.value = [...log.value, ...fresh].slice(-TAIL)
    }
    const again = soon(read, PAUSE_MS)
    const end = watch({
      refetch: read,
      run: (news) => news.id === id && again.ask(),
      log: (record) => record.runId === id && add([record as LogView]),
      progress(news) {
        if (news.runId !== id || run.value.progress === null) return
        const { bytesDone, bytesTotal, rate, etaSeconds } = news
        const lastByteAt =
          bytesDone > run.value.progress.bytesDone ? new Date().toISOString() : run.value.progress.lastByteAt
        const progress = { ...run.value.progress, bytesDone, bytesTotal, bytesPerSecond: rate, etaSeconds, lastByteAt }
        run.value = { ...run.value, progress }
      },
    })
    // While it runs one looks at seconds; the page's own clock goes by half minutes.
    const clock = setInterval(() => {
      if (isActive(run.value)) shownNow.value = serverNow()
    }, 1000)
    return () => {
      again.end()
      clearInterval(clock)
      end()
    }
  }, [])

  const shown = run.value
  const active = isActive(shown)
  return (
    <>
      <RunHead run={shown}>
        {active && <RoleNote />}
        {active && (
          <Action path={`/api/runs/${id}/cancel`} title="What was received is kept and can resume">
            {shown.state === 'QUEUED' ? 'Take out of the queue' : 'Cancel, keep what was received'}
          </Action>
        )}
        {shown.datasetId !== null && !active && (
          <Action
            path={`/api/datasets/${encodeURIComponent(shown.datasetId)}/run`}
            body={{ mode: 'CHECK' }}
            title="Reads both sides; writes nothing"
            onDone={({ location: to }) => to !== null && location.assign(pageOfRun(to))}
          >
            Check again
          </Action>
        )}
        <a class="button plain" href={`/logs/download?runId=${id}`} download>
          Download log
        </a>
        <a class="button plain" href={`/api/runs/${id}`}>
          As JSON
        </a>
      </RunHead>
      <RunMoving run={shown} />
      <RunFault run={shown} />
      <RunSteps run={shown} />
      <div class="columns">
        <Decisions run={shown} />
        <Audit run={shown} />
      </div>
      <RunActions actions={shown.actions} />
      {log.value.length > 0 && (
        <section aria-labelledby="log">
          <h2 id="log">Log</h2>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <div class="log-box card" role="log" aria-live="off" aria-label="Log of this run" tabIndex={0}>
            <LogLines records={log.value} />
          </div>
        </section>
      )}
    </>
  )
}

function isActive({ state }: Pick<RunDetailView, 'state'>): boolean {
  return state === 'RUNNING' || state === 'QUEUED'
}
