import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { announceChanges } from '#lib/client/announce.ts'
import { Keys } from '#lib/client/keys.tsx'
import { asOf, connection, watch } from '#lib/client/live.ts'
import { closeMenusElsewhere } from '#lib/client/menus.ts'
import { keepTimes } from '#lib/client/static-times.ts'
import { followInTab } from '#lib/client/tab.ts'
import { ThemeSwitch } from '#lib/client/theme-switch.tsx'
import { LiveMark } from '#lib/view/live-mark.tsx'
import { usePage } from '#lib/view/page-facts.ts'
import { useNow } from '#lib/view/shown-time.ts'

/** How fresh the page is, and everything that follows the stream on every page. */
export default function LiveBar() {
  const spoken = useSignal('')
  const { now } = usePage()
  useEffect(() => {
    const say = (text: string): void => {
      spoken.value = text
    }
    const ends = [watch({}), followInTab(), keepTimes(), announceChanges(say), closeMenusElsewhere()]
    return () => {
      for (const end of ends) end()
    }
  }, [])
  return (
    <>
      <LiveMark connection={connection.value} asOf={asOf.value ?? now} now={useNow()} />
      <ThemeSwitch />
      <Keys />
      <span class="visually-hidden" aria-live="polite">
        {spoken.value}
      </span>
    </>
  )
}
