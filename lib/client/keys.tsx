import { useEffect, useRef } from 'preact/hooks'
import { send } from './action.tsx'

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'Search'],
  ['j, k', 'Next, previous row'],
  ['Enter', 'Open the row'],
  ['c', 'Check the row’s dataset (reads only)'],
  ['g d', 'Go to the datasets'],
  ['g r', 'Go to the runs'],
  ['g l', 'Go to the logs'],
  ['?', 'This list'],
  ['Esc', 'Close, or leave the search'],
]
const PLACES: Readonly<Record<string, string>> = { d: '/', r: '/runs', l: '/logs' }
const CHORD_MS = 1_500

/** Keys of every page and the list of all. Nothing is reachable by them alone. */
export function Keys() {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    let went = 0
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event)) return
      if (event.key === '?') {
        event.preventDefault()
        dialog.current?.showModal()
      } else if (event.key === '/') focusSearch(event)
      else if (event.key === 'g') went = Date.now()
      else if (Date.now() - went < CHORD_MS) {
        const place = PLACES[event.key]
        if (place !== undefined) location.assign(place)
        went = 0
      }
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  return (
    <dialog ref={dialog} aria-label="Keys">
      <form method="dialog" class="stack">
        <h2>Keys</h2>
        <dl class="facts">
          {KEYS.map(([key, what]) => (
            <KeyLine key={key} name={key} what={what} />
          ))}
        </dl>
        <button type="submit">Close</button>
      </form>
    </dialog>
  )
}

function KeyLine({ name, what }: { readonly name: string; readonly what: string }) {
  return (
    <>
      <dt>
        <kbd>{name}</kbd>
      </dt>
      <dd>{what}</dd>
    </>
  )
}

function focusSearch(event: KeyboardEvent): void {
  const field = document.querySelector<HTMLInputElement>('input[type="search"]')
  if (field === null) return
  event.preventDefault()
  field.focus()
  field.select()
}

/** Letters belong to the field that one is in; with a modifier they belong to the browser. */
function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true
  const at = event.target instanceof Element ? event.target : null
  return at?.closest('input, textarea, select, [contenteditable], dialog[open]') !== null
}

/** `j` and `k` move from row to row, `Enter` is the link's own, `c` checks. Call the result to end it. */
export function rowKeys(): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (isTyping(event)) return
    const links = [...document.querySelectorAll<HTMLAnchorElement>('a.row-link')]
    const at = links.indexOf(document.activeElement as HTMLAnchorElement)
    if (event.key === 'j' || event.key === 'k') {
      const next = event.key === 'j' ? Math.min(at + 1, links.length - 1) : Math.max(at - 1, 0)
      links[next]?.focus()
      links[next]?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'c' && at >= 0) {
      const id = links[at]?.closest('tr')?.dataset.id
      if (id !== undefined) void send('POST', `/api/datasets/${encodeURIComponent(id)}/run`, { mode: 'CHECK' })
    }
  }
  document.addEventListener('keydown', onKey)
  return () => document.removeEventListener('keydown', onKey)
}

/** A menu closes when one goes elsewhere, or by Escape, which gives the focus back to it. */
export function closeMenusElsewhere(): () => void {
  const onClick = (event: Event): void => {
    for (const menu of openMenus()) if (!menu.contains(event.target as Node)) menu.open = false
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return
    for (const menu of openMenus()) {
      menu.open = false
      if (menu.contains(document.activeElement)) menu.querySelector('summary')?.focus()
    }
  }
  document.addEventListener('click', onClick)
  document.addEventListener('focusin', onClick)
  document.addEventListener('keydown', onKey)
  return () => {
    document.removeEventListener('click', onClick)
    document.removeEventListener('focusin', onClick)
    document.removeEventListener('keydown', onKey)
  }
}

function openMenus(): NodeListOf<HTMLDetailsElement> {
  return document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')
}
