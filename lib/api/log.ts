import { z } from 'zod'
import type { LogRecord } from '#lib/db/types.ts'
import { isoMillis } from '#lib/text/words.ts'
import { describedEnum } from './described-enum.ts'
import { Timestamp } from './time.ts'

export type LevelWord = Uppercase<LogRecord['level']>

export const LogLevel = describedEnum<LevelWord>('LogLevel', 'How much a record matters.', {
  DEBUG: 'For finding faults in the witness.',
  INFO: 'The course of things.',
  WARN: 'Worth a look.',
  ERROR: 'Something failed.',
})

export const LogEntry = z
  .object({
    id: z.string().describe('Rises; `after` takes it.'),
    at: Timestamp,
    level: LogLevel,
    component: z.string(),
    message: z.string(),
    runId: z.string().nullable(),
    datasetId: z.string().nullable(),
    host: z.string().nullable(),
    requestId: z.string().nullable(),
    fields: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'LogEntry', description: 'A record of the log. Secrets were taken out before it was written.' })

export type LogView = z.input<typeof LogEntry>

export function logView(record: LogRecord): LogView {
  const { component, message, datasetId, host, requestId } = record
  return {
    id: String(record.id),
    at: isoMillis(record.at),
    level: record.level.toUpperCase() as LevelWord,
    component,
    message,
    runId: record.runId === null ? null : String(record.runId),
    datasetId,
    host,
    requestId,
    fields: { ...record.fields },
  }
}

export function storedLevel(level: LevelWord): LogRecord['level'] {
  return level.toLowerCase() as LogRecord['level']
}
