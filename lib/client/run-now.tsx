import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { bytesText, counted } from '#lib/text/words.ts'
import { Icon } from '#lib/view/icon.tsx'
import { mayAct, WHY_NOT } from '#lib/view/may-act.ts'
import { usePage } from '#lib/view/page-facts.ts'
import { Action } from './action.tsx'
import { useHydrated } from './hydrated.ts'
import { send } from './send.ts'

interface Forecast {
  readonly datasets: number
  readonly repairs: number
  readonly estimateBytes: number | null
  readonly held: readonly { readonly code: string; readonly count: number }[]
}

/** "Run now": says what policy allows before it does it. */
export function RunNow() {
  const dialog = useRef<HTMLDialogElement>(null)
  const forecast = useSignal<Forecast | null>(null)
  const { role } = usePage()
  const ready = useHydrated()
  const allowed = mayAct(role, 'operator')

  const ask = async (): Promise<void> => {
    forecast.value = null
    dialog.current?.showModal()
    const answer = await send('GET', '/api/run')
    if (answer.ok) forecast.value = answer.body as Forecast
  }

  return (
    <>
      <button
        type="button"
        class="primary"
        disabled={!ready || !allowed}
        title={allowed ? 'Checks everything, then starts the repairs that policy allows' : WHY_NOT.operator}
        onClick={() => void ask()}
      >
        <Icon name="play" /> Run now
      </button>
      <dialog ref={dialog} aria-labelledby="run-now-title">
        <div class="stack">
          <h2 id="run-now-title">Check everything and repair what policy allows</h2>
          {forecast.value === null ? <p>Asking what that would be…</p> : <ForecastWords forecast={forecast.value} />}
          <div class="row">
            <button type="button" autofocus onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <Action
              path="/api/run"
              body={{}}
              kind="primary"
              onDone={({ location }) => {
                dialog.current?.close()
                if (location !== null) window.location.assign(pageOfRun(location))
              }}
            >
              Run now
            </Action>
          </div>
        </div>
      </dialog>
    </>
  )
}

function ForecastWords({ forecast }: { readonly forecast: Forecast }) {
  const { datasets, repairs, estimateBytes, held } = forecast
  const person = held.reduce((sum, { count }) => sum + count, 0)
  const size = estimateBytes === null ? 'of a size that is not known' : `about ${bytesText(estimateBytes)}`
  return (
    <>
      <p>
        {datasets} datasets are read on both sides. As of the last check, policy allows{' '}
        {repairs === 0 ? 'no repair' : `${counted(repairs, 'repair')}, ${size}`}; none destroys anything.
      </p>
      {person > 0 && (
        <>
          <p>
            {person} {person === 1 ? 'dataset has' : 'datasets have'} something to repair and{' '}
            {person === 1 ? 'is' : 'are'} left out:
          </p>
          <ul class="bullets">
            {held.map(({ code, count }) => (
              <li key={code}>
                {count} × {HELD_WORDS[code] ?? code}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

const HELD_WORDS: Readonly<Record<string, string>> = {
  AUTO_REPAIR_OFF: 'auto_repair is off',
  DRY_RUN: 'dry_run is on: nothing is ever written',
  BELOW_THRESHOLD: 'not behind enough for repair_when',
  PAUSED: 'paused',
  BACKING_OFF: 'the last try failed, the next one waits',
  REPAIR_FAILING: 'failed twice in the same way',
  NEEDS_PERSON: 'needs a person',
  WAITING_FOR_WINDOW: 'outside the repair window',
  POOL: 'the state of a pool forbids it',
  SPACE: 'too little space',
  NO_ESTIMATE: 'how much would be sent is not known',
  ANOTHER_WITNESS: 'another witness repaired it lately',
  SET_ASIDE_LIMIT: 'as many set-asides are kept as may be',
  BLOCKED: 'something is in the way for a person too',
  WAITS_FOR_PARENT: 'waits for the dataset above it',
  UNDER_WAY: 'a repair is queued or running',
  BUSY: 'another receive is running',
  UNKNOWN_STATE: 'a side could not be read',
}

/** `/api/runs/7` → `/runs/7` */
export function pageOfRun(location: string): string {
  return location.replace(/^\/api\//, '/')
}
