import { useSignal } from '@preact/signals'
import type { DatasetSummaryView } from '#lib/api/dataset-summary.ts'
import { pauseHostHref } from '#lib/view/maintenance/notes.tsx'
import { Action } from './action.tsx'

interface Props {
  readonly id: string
  readonly name: string
  /** Its two SANs. */
  readonly hosts: readonly string[]
  readonly paused: DatasetSummaryView['paused']
  readonly ack: DatasetSummaryView['ack']
}

const PAUSES: readonly (readonly [string, number | null])[] = [
  ['for 4 hours', 4 * 3600],
  ['for 1 day', 86_400],
  ['for 7 days', 7 * 86_400],
  ['until somebody resumes it', null],
]

/** Pause or resume, acknowledge or take it back. */
export function DatasetControls({ id, name, hosts, paused, ack }: Props) {
  const path = `/api/datasets/${encodeURIComponent(id)}`
  return (
    <>
      {paused?.origin === 'MAINTENANCE' ? (
        <OfMany {...paused}>Paused</OfMany>
      ) : paused !== null ? (
        <Action
          path={`${path}/resume`}
          disabled={paused.origin === 'CONFIG'}
          title={paused.origin === 'CONFIG' ? 'Paused in the configuration; end it there' : undefined}
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
            {hosts.map((host) => (
              <a key={host} class="id-link" href={pauseHostHref(host)}>
                SAN {host}…
              </a>
            ))}
            <a class="id-link" href={`/maintenance?dataset=${encodeURIComponent(id)}#plan`}>
              with an end, a reason, or later…
            </a>
          </div>
        </details>
      )}
      {ack?.origin === 'MAINTENANCE' ? (
        <OfMany {...ack}>Acknowledged</OfMany>
      ) : ack !== null ? (
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

/** It is ended where it was begun: for all that it is for. */
function OfMany({ maintenance, children }: Pick<NonNullable<Props['ack']>, 'maintenance'> & { children: string }) {
  return (
    <a class="button" href={`/maintenance#m${maintenance?.id ?? ''}`}>
      {children} with {maintenance?.about ?? 'others'}
    </a>
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
