import { z } from 'zod'
import type { RunRecord } from '#lib/db/types.ts'
import type { Services } from '#lib/services.ts'
import { iso, isoOrNull } from '#lib/text/words.ts'
import { auditFault } from './audit-check.ts'
import { Counts, countsOf } from './counts.ts'
import { type DatasetSummaryView, datasetSummary } from './dataset-summary.ts'
import { headlineOf } from './headline.ts'
import { Host, hostView } from './host.ts'
import { ReasonCode } from './reason-words.ts'
import { percentOf } from './run.ts'
import { RunKind, RunResult, RunState } from './run-words.ts'
import { Health, Status as StatusWord } from './status-words.ts'
import { Timestamp } from './time.ts'
import { worstOf } from './worst.ts'

export const Status = z
  .object({
    overall: Health.describe('The worst health of all datasets.'),
    headline: z.string().meta({ examples: ['2 datasets are broken, 1 needs attention'] }),
    counts: Counts,
    worst: z
      .object({
        datasetId: z.string(),
        reason: ReasonCode,
        delaySeconds: z.number().nullable(),
        lagSeconds: z.number().nullable(),
      })
      .nullable()
      .describe('Worst health first, then the greatest delay; null without datasets.'),
    lastCheck: z
      .object({ runId: z.string(), finishedAt: Timestamp.nullable(), result: RunResult })
      .nullable()
      .describe('The newest finished scan of everything.'),
    nextCheckAt: Timestamp.nullable().describe('Null when the scheduler is off.'),
    stale: z.boolean().describe('A dataset was not looked at for two intervals.'),
    datasets: z.array(
      z.object({
        id: z.string(),
        status: StatusWord,
        reason: ReasonCode,
        delaySeconds: z.number().nullable(),
        checkedAt: Timestamp.nullable(),
        automatic: z
          .string()
          .nullable()
          .describe('Whether its repair starts by itself, in words; null: nothing to repair, or not known yet.'),
      }),
    ),
    hosts: z.array(Host),
    activeRuns: z.array(
      z.object({
        id: z.string(),
        kind: RunKind,
        state: RunState,
        datasetId: z.string().nullable(),
        percent: z.number().int().nullable(),
      }),
    ),
    config: z.object({
      loadedAt: Timestamp,
      sha256: z.string(),
      inSync: z.boolean().describe('The file on disk is the one that runs.'),
      error: z.string().nullable(),
    }),
    warnings: z
      .array(z.string())
      .describe('What weakens this installation, each with its cure: for example, files that others may write.'),
    witness: z.object({
      version: z.string(),
      commit: z.string().nullable(),
      startedAt: Timestamp,
      uptimeSeconds: z.number().int(),
      demo: z.boolean().describe('Simulated SANs: nothing is real.'),
      schedulerPaused: z.boolean(),
      auditFault: z
        .string()
        .nullable()
        .describe('The audit was changed behind the back of the service; null: nothing of that is known.'),
    }),
  })
  .meta({ id: 'StatusReport', description: 'Everything on one small page: for wallboards and health scripts.' })

export type StatusView = z.input<typeof Status>

/** The part that needs no I/O: sent as an event whenever it changes. */
export function overview(
  services: Pick<Services, 'engine' | 'config'>,
  now: number,
  all: readonly DatasetSummaryView[] = summariesOf(services, now),
) {
  const datasets = all.filter((dataset) => !dataset.retired)
  const worst = worstOf(datasets)
  return {
    overall: worst?.health ?? ('UNKNOWN' as const),
    headline: headlineOf({ datasets, schedulerPaused: !services.config.scheduler.enabled }),
    counts: countsOf(all),
    worst: worst && {
      datasetId: worst.id,
      reason: worst.reason.code,
      delaySeconds: worst.delaySeconds,
      lagSeconds: worst.lagSeconds,
    },
    stale: datasets.some((dataset) => dataset.stale),
    datasets: all.map(line),
  }
}

export function summariesOf({ engine }: Pick<Services, 'engine'>, now: number): DatasetSummaryView[] {
  return engine.datasets().map((view) => datasetSummary(view, now))
}

/** `now` in epoch milliseconds; `all` for those who have the summaries already. */
export async function statusView(
  services: Services,
  now: number,
  all?: readonly DatasetSummaryView[],
): Promise<StatusView> {
  const { engine, config, about } = services
  const [file, warnings] = await Promise.all([services.configuration.state(), services.inspection.warnings()])
  const { finished } = engine.lastScan()
  return {
    ...overview(services, now, all),
    lastCheck: finished && lastCheck(finished),
    nextCheckAt: isoOrNull(services.runtime.nextScanAt()),
    hosts: engine.hosts().map((host) => hostView(host, config)),
    activeRuns: engine.activeRuns().map(activeRun),
    config: {
      loadedAt: iso(config.source.loadedAt),
      sha256: config.source.sha256,
      inSync: file.inSync,
      error: file.error,
    },
    warnings: [...warnings],
    witness: {
      version: about.version,
      commit: about.commit,
      startedAt: iso(about.startedAt),
      uptimeSeconds: Math.max(0, Math.floor((now - about.startedAt) / 1000)),
      demo: about.demo,
      schedulerPaused: !config.scheduler.enabled,
      auditFault: auditFault(services.access.auditChecks.last()),
    },
  }
}

function line({ id, status, reason, delaySeconds, checkedAt, automatic }: DatasetSummaryView) {
  const repair = automatic === null || automatic.code === 'NOTHING_TO_DO' ? null : automatic.sentence
  return { id, status, reason: reason.code, delaySeconds, checkedAt, automatic: repair }
}

function lastCheck(run: RunRecord): StatusView['lastCheck'] {
  const { state } = run
  if (state === 'QUEUED' || state === 'RUNNING') return null
  return { runId: String(run.id), finishedAt: isoOrNull(run.finishedAt), result: state }
}

function activeRun({ id, kind, state, datasetId, progress }: RunRecord): StatusView['activeRuns'][number] {
  return { id: String(id), kind, state, datasetId, percent: progress && percentOf(progress) }
}
