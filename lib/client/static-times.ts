import { effect } from '@preact/signals'
import { fullTime, showTime, type TimeForm } from '#lib/text/zoned-time.ts'
import { pageFacts } from '#lib/view/page-facts.ts'
import { shownNow, shownZone } from '#lib/view/shown-time.ts'

/** Keeps the times true that no island draws. */
export function keepTimes(): () => void {
  return effect(() => {
    const zone = shownZone.value ?? pageFacts().zone
    const now = shownNow.value ?? pageFacts().now
    for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-as]')) {
      if (time.closest('[data-island]')) continue
      const at = Date.parse(time.dateTime)
      const full = fullTime(at, zone)
      time.textContent = showTime(at, time.dataset.as as TimeForm, { zone, now })
      time.title = full
      if (time.dataset.tip !== undefined) time.dataset.tip = full
    }
  })
}
