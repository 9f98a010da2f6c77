import { StandsStill } from '#lib/view/not-fresh.tsx'
import { usePage } from '#lib/view/page-facts.ts'
import { useNow } from '#lib/view/shown-time.ts'
import { asOf, connection } from './live.ts'

/** On pages that are read as the present: that they are not, once no news come any more. */
export function Stillness() {
  const { now } = usePage()
  return <StandsStill connection={connection.value} asOf={asOf.value ?? now} now={useNow()} />
}
