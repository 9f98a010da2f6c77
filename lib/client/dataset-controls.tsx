import { useSignal } from '@preact/signals'
import { Action } from './action.tsx'

interface Props {
  readonly id: string
  readonly name: string
  readonly paused: boolean
  /** The pause stands in the configuration and can only be ended there. */
  readonly pausedByConfig: boolean
  readonly acknowledged: boolean
}

const PAUSES: readonly (readonly [string, number | null])[] = [
  ['for 4 hours', 4 * 3600],
  ['for 1 day', 86_400],
  ['for 7 days', 7 * 86_400],
  ['until somebody resumes it', null],
]

/** Pause or resume, acknowledge or take it back. */
export function DatasetControls({ id, name, paused, pausedByConfig, acknowledged }: Props) {
  const path = `/api/datasets/${encodeURIComponent(id)}`
  return (
    <>
      {paused ? (
        <Action
          path={`${path}/resume`}
          disabled={pausedByConfig}
          title={pausedByConfig ? 'Paused in the configuration; end it there' : undefined}
        >
          Resume
        </Action>
      ) : (
        <details class="menu bordered">
          <summary aria-label={`Pause ${name}`}>Pause</summary>
          <div class="menu-body">
            <p class="caption muted">No repair of {name} starts by itself; checks go on.</p>
            {PAUSES.map(([words, seconds]) => (
              <Action
                key={words}
                path={`${path}/pause`}
                body={seconds === null ? {} : { seconds }}
                kind="plain"
                onDone={closeMenus}
              >
                {words}
              </Action>
            ))}
          </div>
        </details>
      )}
      {acknowledged ? (
        <Action path={`${path}/ack`} method="DELETE">
          Take acknowledgement back
        </Action>
      ) : (
        <Acknowledge id={id} name={name} bordered />
      )}
      <CopyId id={id} />
    </>
  )
}

function CopyId({ id }: { readonly id: string }) {
  const copied = useSignal(false)
  return (
    <button
      type="button"
      class="plain"
      title={id}
      onClick={() => {
        void navigator.clipboard?.writeText(id).then(() => {
          copied.value = true
        })
      }}
    >
      {copied.value ? 'Copied' : 'Copy id'}
    </button>
  )
}

const FOR: readonly (readonly [string, number | null])[] = [
  ['for 4 hours', 4 * 3600],
  ['for 1 day', 86_400],
  ['for 7 days', 7 * 86_400],
  ['until somebody ends it', null],
]

interface AcknowledgeProps {
  readonly id: string
  readonly name: string
  readonly bordered?: boolean
}

/** Someone knows: alarms are quiet for a while, the status stays. */
export function Acknowledge({ id, name, bordered }: AcknowledgeProps) {
  return (
    <details class={`menu${bordered ? ' bordered' : ''}`}>
      <summary aria-label={`Acknowledge ${name}`}>Acknowledge</summary>
      <div class="menu-body">
        <p class="caption muted">Alarms of {name} are quiet; its status stays.</p>
        {FOR.map(([words, seconds]) => (
          <Action
            key={words}
            path={`/api/datasets/${encodeURIComponent(id)}/ack`}
            body={seconds === null ? {} : { seconds }}
            kind="plain"
            onDone={closeMenus}
          >
            {words}
          </Action>
        ))}
      </div>
    </details>
  )
}

/** The menus that are open, closed again. */
function closeMenus(): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')) menu.open = false
}
