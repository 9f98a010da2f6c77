import { z } from 'zod'
import type { ObjectiveRecord } from '#lib/db/types.ts'
import { wholeOf } from '#lib/history/report-text.ts'
import { iso } from '#lib/text/words.ts'
import { Timestamp } from './fields.ts'

export const ObjectiveMonth = z
  .object({
    month: z
      .string()
      .describe('Of the time zone of the schedule.')
      .meta({ examples: ['2026-11'] }),
    from: Timestamp.describe('What is counted: from the begin of the month, or from the first look at it.'),
    until: Timestamp,
    insideSeconds: z.number().describe('The delay was within `maxDelaySeconds`.'),
    outsideSeconds: z.number(),
    unknownSeconds: z.number().describe('Nobody looked, or could. Never counted as inside.'),
    insideShare: z.number().nullable().describe('Of all three, 0 to 1; null: nothing is counted.'),
  })
  .meta({ id: 'ObjectiveMonth', description: 'How long a dataset was within its objective in one calendar month.' })

type ObjectiveMonthView = z.input<typeof ObjectiveMonth>

export const Objective = z
  .object({
    datasetId: z.string(),
    maxDelaySeconds: z.number().describe('As it is now; a month that is over was judged by that of its time.'),
    timezone: z.string(),
    items: z.array(ObjectiveMonth).describe('Newest first; months that are not on record are left out.'),
  })
  .meta({ id: 'Objective', description: 'How long a dataset was within its objective.' })

export function objectiveMonth(record: ObjectiveRecord): ObjectiveMonthView {
  const { month, from, until, insideMs, outsideMs, unknownMs } = record
  const whole = wholeOf(record)
  return {
    month,
    from: iso(from),
    until: iso(until),
    insideSeconds: Math.floor(insideMs / 1000),
    outsideSeconds: Math.floor(outsideMs / 1000),
    unknownSeconds: Math.floor(unknownMs / 1000),
    insideShare: whole === 0 ? null : insideMs / whole,
  }
}
