import { useEffect, useRef } from 'preact/hooks'

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
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true
  const at = event.target instanceof Element ? event.target : null
  return at?.closest('input, textarea, select, [contenteditable], dialog[open]') !== null
}
