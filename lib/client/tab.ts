import { effect } from '@preact/signals'
import type { Overview } from '#lib/view/overview.ts'
import { connection, overview } from './live.ts'

/** Title and icon of the tab follow the worst state, and greyed times say that nothing follows any more. */
export function followInTab(): () => void {
  const title = document.title.replace(/^\d+ \w+ · /, '')
  return effect(() => {
    const lost = connection.value === 'offline' || connection.value === 'reconnecting'
    document.documentElement.classList.toggle('old', lost)
    const known = overview.value
    if (known === null) return
    const count = wordOf(known)
    document.title = count === null ? title : `${count} · ${title}`
    document.getElementById('icon')?.setAttribute('href', `/assets/icon-${known.overall.toLowerCase()}.svg`)
  })
}

/** `2 broken`; null where nothing needs anyone. */
function wordOf({ counts }: Pick<Overview, 'counts'>): string | null {
  if (counts.BROKEN > 0) return `${counts.BROKEN} broken`
  if (counts.WARNING > 0) return `${counts.WARNING} warning`
  return counts.UNKNOWN > 0 ? `${counts.UNKNOWN} unknown` : null
}
