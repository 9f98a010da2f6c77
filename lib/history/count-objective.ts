import type { ObjectiveRecord, Store } from '#lib/db/types.ts'
import { type Month, monthsBefore, type Rhythm, rhythmOf, sharesOf, together } from './objective.ts'

interface Wanted {
  readonly datasetId: string
  readonly maxDelaySeconds: number
}

interface Asking {
  readonly store: Pick<Store, 'lookSpans' | 'objectives' | 'saveObjectives'>
  readonly scheduler: { readonly intervalSeconds: number; readonly timezone: string }
  /** Epoch milliseconds. */
  readonly now: number
  /** What is later is not counted; default: now. */
  readonly until?: number
}

/** Of the months that are looked back on; what is not on record is left out. Newest first. */
export async function objectiveOf(
  asking: Asking,
  wanted: Wanted,
  months: number,
  counted?: readonly ObjectiveRecord[],
): Promise<readonly ObjectiveRecord[]> {
  const { store, scheduler, now } = asking
  const known = counted ?? (await store.objectives(wanted.datasetId))
  const found: ObjectiveRecord[] = []
  for (const month of monthsBefore(now, scheduler.timezone, months)) {
    const before = known.find((each) => each.datasetId === wanted.datasetId && each.month === month.month) ?? null
    const all = await oneMonth(asking, wanted, month, before)
    if (all !== null) found.push(all)
  }
  return found
}

async function oneMonth(
  { store, scheduler, now, until = now }: Asking,
  { datasetId, maxDelaySeconds }: Wanted,
  month: Month,
  counted: ObjectiveRecord | null,
): Promise<ObjectiveRecord | null> {
  const rhythm: Rhythm = rhythmOf(scheduler)
  const from = counted === null ? month.from : Math.max(month.from, counted.until)
  const to = Math.min(month.to, until)
  if (from >= to) return counted
  // How long the last look before the end holds, the next one says.
  const seenUntil = Math.min(to + rhythm.longestMs + 1, now)
  const { longestMs: longest } = rhythm
  const spans = await store.lookSpans({ datasetId, from, to: seenUntil, maxDelaySeconds, longest })
  return together(month.month, datasetId, counted, sharesOf(spans, { from, to, seenUntil }, rhythm))
}

/** Looks are kept for longer than that only where retention says so. */
const MONTHS = 13
const MOST_UNSAVED = 200

/**
 * Counts what is over and not counted yet, and keeps it: a month stays as it was judged in its time, and a page need not read
 * every look of two months. @returns how many months were counted
 */
export async function countObjectives(
  asking: Asking,
  datasets: readonly Wanted[],
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<number> {
  const { store, scheduler } = asking
  // Whole intervals behind now: how long the last look holds is not known before the next one.
  const until = asking.now - rhythmOf(scheduler).longestMs
  const known = Map.groupBy(await store.objectives(null), ({ datasetId }) => datasetId)
  let months = 0
  let unsaved: ObjectiveRecord[] = []
  const save = async (): Promise<void> => {
    await store.saveObjectives(unsaved)
    months += unsaved.length
    unsaved = []
  }
  for (const wanted of datasets) {
    if (signal?.aborted) break
    const before = known.get(wanted.datasetId) ?? []
    const all = await objectiveOf({ ...asking, until }, wanted, MONTHS, before)
    unsaved.push(...all.filter((each) => before.find(({ month }) => month === each.month)?.until !== each.until))
    // One sync to disk for some of them, not one for each.
    if (unsaved.length >= MOST_UNSAVED) await save()
    // A real turn of the loop: requests come between two datasets.
    await new Promise((resolve) => setImmediate(resolve))
  }
  await save()
  return months
}
