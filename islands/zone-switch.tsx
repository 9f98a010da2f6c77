import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useHydrated } from '#lib/client/hydrated.ts'
import { usePage } from '#lib/view/page-facts.ts'
import { shownZone } from '#lib/view/shown-time.ts'

type Choice = 'site' | 'utc' | 'browser'

/** In which zone times are shown. Kept in this browser. */
export default function ZoneSwitch() {
  const { zone } = usePage()
  const ready = useHydrated()
  const choice = useSignal<Choice>('site')
  useEffect(() => choose(stored()), [])

  function choose(wanted: Choice): void {
    choice.value = wanted
    shownZone.value =
      wanted === 'site' ? null : wanted === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone
  }

  if (!ready) return <span>Times in {zone}</span>
  return (
    <label class="check">
      Times in{' '}
      <select
        value={choice.value}
        onChange={(event) => {
          const wanted = choiceOf(event.currentTarget.value)
          choose(wanted)
          store(wanted)
        }}
      >
        <option value="site">{zone} (configured)</option>
        <option value="utc">UTC</option>
        <option value="browser">{Intl.DateTimeFormat().resolvedOptions().timeZone} (this browser)</option>
      </select>
    </label>
  )
}

function choiceOf(text: string | null): Choice {
  return text === 'utc' || text === 'browser' ? text : 'site'
}

function stored(): Choice {
  try {
    return choiceOf(localStorage.getItem('zone'))
  } catch {
    // Storage may be forbidden: then the configured zone it is.
    return 'site'
  }
}

function store(choice: Choice): void {
  try {
    localStorage.setItem('zone', choice)
  } catch {
    // Storage may be forbidden: then the choice holds for this page.
  }
}
