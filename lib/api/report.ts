import { z } from 'zod'
import type { Report as Built, Moved, Protection as Protected, ReportRow as Row } from '#lib/history/report.ts'
import { reportHeadline, uncoveredSentence } from '#lib/history/report-text.ts'
import { iso, isoOrNull } from '#lib/text/words.ts'
import { datasetHref, describedEnum, runHref, Timestamp } from './fields.ts'
import { ObjectiveMonth, objectiveMonth } from './objective.ts'
import { ReasonCode, RunState, Status } from './words.ts'

const Protection = describedEnum<Protected>('Protection', 'How a dataset is protected.', {
  NOT_COVERED: 'Nothing of it is on the backup.',
  AT_RISK: 'Something of it is on the backup, and something is wrong.',
  UNKNOWN: 'Nobody looked, or could.',
  PROTECTED: 'The backup is as it should be.',
})

const MovedItem = z
  .object({
    runId: z.string(),
    at: Timestamp,
    by: z.string().describe('`schedule`: nobody asked for it.'),
    state: RunState,
    setAside: z.string().nullable().describe('Full name of what it kept beside the backup.'),
    destroyed: z.number().int().describe('Snapshots, bookmarks and changes that its plan destroyed.'),
  })
  .meta({ id: 'Moved', description: 'A repair that moved something out of the way, or destroyed it.' })

const ReportRow = z
  .object({
    datasetId: z.string(),
    primary: z.object({ host: z.string(), dataset: z.string() }),
    backup: z.object({ host: z.string(), dataset: z.string() }),
    protection: Protection,
    status: Status,
    reason: ReasonCode,
    message: z.string(),
    paused: z.boolean(),
    recoveryPoint: Timestamp.nullable().describe('When the newest snapshot that both sides have was taken.'),
    maxDelaySeconds: z.number(),
    thisMonth: ObjectiveMonth.nullable(),
    lastMonth: ObjectiveMonth.nullable(),
    verification: z.object({ at: Timestamp, result: z.string() }).nullable(),
    lastRepair: z.object({ runId: z.string(), at: Timestamp, by: z.string() }).nullable(),
    moved: z.array(MovedItem).describe('Since `movedSince`, newest first.'),
    links: z.object({ dataset: z.string(), lastRepair: z.string().nullable() }),
  })
  .meta({ id: 'ReportRow', description: 'How one dataset is protected.' })

const ReportPrimary = z
  .object({
    host: z.string(),
    countedAt: Timestamp.nullable().describe('Null: not counted yet.'),
    datasets: z.number().int().nullable().describe('All file systems and volumes there.'),
    uncovered: z.number().int().nullable().describe('Of these, replicated by nobody that the witness watches.'),
    uncoveredBytes: z.number().nullable(),
    names: z.array(z.string()).describe('The largest of them, at most 50.'),
  })
  .meta({ id: 'ReportPrimary', description: 'What a primary SAN holds that nobody replicates.' })

export const Report = z
  .object({
    at: Timestamp,
    timezone: z.string(),
    headline: z.string(),
    months: z.object({ current: z.string(), last: z.string() }),
    movedSince: Timestamp,
    counts: z.record(Protection, z.number().int()),
    retired: z.number().int().describe('Gone on their primaries, backups kept; in no list.'),
    items: z.array(ReportRow).describe('The worst first.'),
    uncovered: z.string().describe('What nobody replicates, in a sentence.'),
    primaries: z.array(ReportPrimary),
  })
  .meta({ id: 'Report', description: 'Who is protected, how well, and what is not. No SAN is asked for it.' })

export type ReportView = z.input<typeof Report>
export type ReportRowView = z.input<typeof ReportRow>

export function reportView(report: Built): ReportView {
  return {
    at: iso(report.at),
    timezone: report.zone,
    headline: reportHeadline(report),
    months: { ...report.months },
    movedSince: iso(report.movedSince),
    counts: { ...report.counts },
    retired: report.retired,
    items: report.rows.map(rowView),
    uncovered: uncoveredSentence(report),
    primaries: report.primaries.map(({ host, counted }) => ({
      host,
      countedAt: isoOrNull(counted?.at ?? null),
      datasets: counted?.datasets ?? null,
      uncovered: counted?.count ?? null,
      uncoveredBytes: counted?.bytes ?? null,
      names: [...(counted?.names ?? [])],
    })),
  }
}

function rowView(row: Row): ReportRowView {
  const { datasetId, thisMonth, lastMonth, verification, lastRepair } = row
  return {
    ...{ datasetId, protection: row.protection, message: row.message, paused: row.isPaused },
    primary: { ...row.primary },
    backup: { ...row.backup },
    status: row.status,
    reason: row.reason,
    recoveryPoint: isoOrNull(row.recoveryPoint),
    maxDelaySeconds: row.maxDelaySeconds,
    thisMonth: thisMonth && objectiveMonth(thisMonth),
    lastMonth: lastMonth && objectiveMonth(lastMonth),
    verification: verification && { at: iso(verification.at), result: verification.result },
    lastRepair: lastRepair && { runId: String(lastRepair.runId), at: iso(lastRepair.at), by: lastRepair.by },
    moved: row.moved.map(movedView),
    links: { dataset: datasetHref(datasetId), lastRepair: lastRepair && runHref(lastRepair.runId) },
  }
}

function movedView({ runId, at, by, state, setAside, destroyed }: Moved): z.input<typeof MovedItem> {
  return { runId: String(runId), at: iso(at), by, state, setAside, destroyed }
}
