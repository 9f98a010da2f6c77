import { Action } from './action.tsx'

const FOR: readonly (readonly [string, number | null])[] = [
  ['for 4 hours', 4 * 3600],
  ['for 1 day', 86_400],
  ['for 7 days', 7 * 86_400],
  ['until somebody ends it', null],
]

interface Props {
  readonly id: string
  readonly name: string
  readonly bordered?: boolean
}

/** Somebody knows: alarms are quiet for a while, the status stays. */
export function Acknowledge({ id, name, bordered }: Props) {
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
export function closeMenus(): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')) menu.open = false
}
