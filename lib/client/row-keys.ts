import { isTyping } from './keys.tsx'
import { send } from './send.ts'

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
