import { expect, test } from 'bun:test'
import type { Draft } from '#lib/incidents/tell.ts'
import { countsOf, DAY, type Happening, HOUR, hostOf, live, MINUTE, plan, START } from './fleet.ts'

const names = ({ message }: Draft): readonly string[] => [
  ...message.datasets.map(({ id }) => id),
  ...(message.title.includes('unreachable') || message.event.startsWith('host.')
    ? [message.title.split(' ')[1] ?? '']
    : []),
]
const isTrouble = ({ message }: Draft): boolean => !message.event.endsWith('.recovered')

/** The witness was dead: what began and ended meanwhile nobody could see. */
const seenFrom = ({ from, to }: Happening): number | null => {
  const dead = [START + 20 * DAY, START + 21 * DAY] as const
  if (from >= dead[0] && to <= dead[1]) return null
  return from >= dead[0] && from < dead[1] ? dead[1] : from
}
/** While the host of a dataset is down it cannot be looked at. */
const isHidden = (all: readonly Happening[], { kind, host, from, to }: Happening): boolean =>
  kind !== 'outage' &&
  all.some((each) => each.kind === 'outage' && each.host === host && each.from < to && from < each.to)

test.each([1, 2, 3])('thirty days of 200 datasets (seed %i): none is missed, and nobody is flooded', (seed) => {
  const happenings = plan(seed)
  const drafts = live(happenings)
  for (const each of happenings) {
    const from = seenFrom(each)
    if (from === null || isHidden(happenings, each)) continue
    const told = drafts.filter(
      (draft) => isTrouble(draft) && draft.message.at >= from && draft.message.at <= each.to + HOUR,
    )
    const mine = told.filter((draft) => names(draft).some((name) => name === each.host || each.datasets.includes(name)))
    if (each.kind === 'paused' || each.kind === 'acked') {
      const own = told.filter(
        ({ message }) => message.datasetCount === 1 && message.datasets[0]?.id === each.datasets[0],
      )
      expect([each.kind, own.map(({ message }) => message.title)]).toEqual([each.kind, []])
      continue
    }
    expect([each.kind, each.from, mine.length > 0]).toEqual([each.kind, each.from, true])
    // Nobody waits longer than two looks, what lasts for a warning, and the minute of collecting.
    expect(Math.min(...mine.map(({ message }) => message.at)) - from).toBeLessThanOrEqual(HOUR + MINUTE)
  }
  // Every message is about something that happened.
  for (const draft of drafts) {
    const explained = happenings.some((each) =>
      names(draft).some((name) => name === each.host || each.datasets.includes(name)),
    )
    expect([draft.message.title, explained]).toEqual([draft.message.title, true])
  }
  const counts = countsOf(drafts)
  // A start and an end for each cause, a reminder a day, what flapping adds.
  expect(drafts.length).toBeLessThanOrEqual(5 * happenings.length)
  expect(counts.pager).toBeLessThanOrEqual(counts.mail ?? 0)
  expect(new Set(drafts.map(({ message }) => message.id)).size).toBe(drafts.length)
  expect(hostOf('d0')).toBe('hqs1')
})
