import { replicated } from '../history.ts'
import type { Scenario } from '../scenario.ts'

/** A dataset whose backup host is what the pair is there for. */
const onHost = (dataset: string, shows: Scenario['shows'], note: string): Scenario => ({
  dataset,
  shows,
  note,
  build: ({ primary, from, now }) => {
    primary.dataset.create(from)
    for (const hours of [50, 26, 2]) primary.snapshot(`${from}@at-${hours}`, { creation: now - hours * 3600 })
  },
})

export const unreachable = onHost('HQS8DAT8', ['HOST_UNREACHABLE'], 'Nothing listens there.')
export const refused = onHost('HQS8DAT9', ['AUTH_FAILED'], 'That host refuses the key.')
export const changedKey = onHost(
  'HQS10DAT8',
  ['HOST_KEY_CHANGED'],
  'That host shows another host key than the known one.',
)
export const switchedOff = onHost(
  'HQS8DAT10',
  ['NOT_CHECKED', 'HOST_OFFLINE_PLANNED'],
  'Switched on by hand when wanted.',
)
export const wrongClock: Scenario = {
  dataset: 'HQS10DAT9',
  shows: ['CLOCK_SKEW'],
  note: 'The clock of that host is seven minutes ahead.',
  build: (place) => {
    replicated(place, { count: 6 })
  },
}
