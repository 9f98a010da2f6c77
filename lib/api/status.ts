import { z } from 'zod'
import type { RunRecord } from '#lib/db/types.ts'
import type { Services } from '#lib/services.ts'
import { severityOf } from '#lib/text/ranks.ts'
import { counted, iso, isoOrNull } from '#lib/text/words.ts'
import { auditFault } from './audit.ts'
import { type DatasetSummaryView, datasetSummary } from './dataset-summary.ts'
import { Timestamp } from './fields.ts'
import { Host, hostView } from './host.ts'
import { IncidentCounts, incidentCounts } from './incidents.ts'
import { MaintenanceNote, maintenanceNote, maintenanceNotes, pausedWords } from './maintenance.ts'
import { percentOf } from './run.ts'
import { Health, ReasonCode, RunKind, RunResult, RunState, Status as StatusWord } from './words.ts'

/** What one needs to say in a sentence how things are. */
export interface Situation {
  /** All datasets under watch, without retired ones. */
  readonly datasets: readonly Pick<DatasetSummaryView, 'health' | 'reason'>[]
  readonly schedulerPaused: boolean
  /** Who paused it and until when, in a sentence without its dot; null or left out: the configuration. */
  readonly paused?: string | null
}

/** Worst first. Judged by health, so a repair that runs never hides what is broken. */
export function headlineOf({ datasets, schedulerPaused, paused = null }: Situation): string {
  const total = datasets.length
  if (total === 0) return 'No datasets configured yet'
  const withHealth = (health: string): number => datasets.filter((dataset) => dataset.health === health).length
  const broken = withHealth('BROKEN')
  const warning = withHealth('WARNING')
  const unknown = withHealth('UNKNOWN')
  if (datasets.some(({ reason }) => reason.code === 'WITNESS_ISOLATED')) {
    return 'The witness cannot reach any SAN — states are unknown'
  }
  if (broken + warning + unknown === 0) {
    return schedulerPaused ? (paused ?? 'Checks are paused') : `${all(total)} protected`
  }
  if (datasets.every(({ reason }) => reason.code === 'NOT_CHECKED')) {
    return schedulerPaused ? (paused ?? 'Checks are paused') : 'Not checked yet'
  }
  const parts = [
    broken > 0 ? `${datasetsAre(broken)} broken` : '',
    warning > 0 ? needAttention(warning, broken === 0) : '',
    unknown > 0 ? stateUnknown(unknown, broken + warning === 0) : '',
    // What a person has paused explains what is not known, and ends.
    paused === null ? '' : `${paused.charAt(0).toLowerCase()}${paused.slice(1)}`,
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function all(count: number): string {
  return count === 1 ? 'The only dataset is' : `All ${count} datasets are`
}

function datasetsAre(count: number): string {
  return count === 1 ? '1 dataset is' : `${count} datasets are`
}

function needAttention(count: number, first: boolean): string {
  const verb = count === 1 ? 'needs attention' : 'need attention'
  return first ? `${counted(count, 'dataset')} ${verb}` : `${count} ${verb}`
}

function stateUnknown(count: number, first: boolean): string {
  if (!first) return `the state of ${count} is unknown`
  return `The state of ${counted(count, 'dataset')} is unknown`
}

const Counts = z
  .object({
    HEALTHY: z.number().int(),
    WARNING: z.number().int(),
    BROKEN: z.number().int(),
    REPAIRING: z.number().int(),
    UNKNOWN: z.number().int(),
    paused: z.number().int(),
    acknowledged: z.number().int(),
    retired: z.number().int().describe('Not in any other count.'),
    total: z.number().int(),
  })
  .meta({ id: 'Counts', description: 'Datasets by the status that is shown.' })

type CountsView = z.input<typeof Counts>

export function countsOf(datasets: readonly DatasetSummaryView[]): CountsView {
  const watched = datasets.filter((dataset) => !dataset.retired)
  const having = (test: (dataset: DatasetSummaryView) => boolean): number => watched.filter(test).length
  return {
    HEALTHY: having(({ status }) => status === 'HEALTHY'),
    WARNING: having(({ status }) => status === 'WARNING'),
    BROKEN: having(({ status }) => status === 'BROKEN'),
    REPAIRING: having(({ status }) => status === 'REPAIRING'),
    UNKNOWN: having(({ status }) => status === 'UNKNOWN'),
    paused: having(({ paused }) => paused !== null),
    acknowledged: having(({ ack }) => ack !== null),
    retired: datasets.length - watched.length,
    total: watched.length,
  }
}

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
    maintenance: z.array(MaintenanceNote).describe('Pauses and acknowledgements of many that are in force.'),
    incidents: IncidentCounts,
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
      schedulerPaused: z.boolean().describe('No check is scheduled: by the configuration, or by `schedulerPause`.'),
      schedulerPause: MaintenanceNote.nullable().describe('Set where a person paused the scheduler.'),
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
  services: Pick<Services, 'engine' | 'config'> & { readonly telling: Pick<Services['telling'], 'book'> },
  now: number,
  all: readonly DatasetSummaryView[] = summariesOf(services, now),
) {
  const datasets = all.filter((dataset) => !dataset.retired)
  const worst = worstOf(datasets)
  return {
    overall: worst?.health ?? ('UNKNOWN' as const),
    headline: headlineOf({ datasets, ...schedulerOf(services) }),
    counts: countsOf(all),
    worst: worst && {
      datasetId: worst.id,
      reason: worst.reason.code,
      delaySeconds: worst.delaySeconds,
      lagSeconds: worst.lagSeconds,
    },
    maintenance: maintenanceNotes(services.engine),
    incidents: incidentCounts(services.telling.book().incidents.values()),
    stale: datasets.some((dataset) => dataset.stale),
    datasets: all.map(line),
  }
}

function schedulerOf({ engine, config }: Pick<Services, 'engine' | 'config'>): Omit<Situation, 'datasets'> {
  const { enabled, timezone } = config.scheduler
  const pause = engine.schedulerPause()
  return { schedulerPaused: !enabled || pause !== null, paused: pause && pausedWords(pause, timezone) }
}

/** Epoch ms of the next check that begins by itself; null: none is planned. A pause of the scheduler ends with one. */
export function nextCheckAt({ engine, runtime }: Pick<Services, 'engine' | 'runtime'>): number | null {
  const pause = engine.schedulerPause()
  return pause === null ? runtime.nextScanAt() : pause.until
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
  const [file, warnings] = await Promise.all([services.configuration.state(), services.warnings()])
  const { finished } = engine.lastScan()
  const pause = engine.schedulerPause()
  return {
    ...overview(services, now, all),
    lastCheck: finished && lastCheck(finished),
    nextCheckAt: isoOrNull(nextCheckAt(services)),
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
      schedulerPaused: !config.scheduler.enabled || pause !== null,
      schedulerPause: pause && maintenanceNote(pause),
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

/** Worst health first, then the greatest delay, then the greatest lag; null of none. */
export function worstOf(datasets: readonly DatasetSummaryView[]): DatasetSummaryView | null {
  return datasets.reduce<DatasetSummaryView | null>((worst, next) => {
    if (worst === null) return next
    return compare(next, worst) > 0 ? next : worst
  }, null)
}

function compare(a: DatasetSummaryView, b: DatasetSummaryView): number {
  return (
    severityOf(a.health) - severityOf(b.health) ||
    (a.delaySeconds ?? -1) - (b.delaySeconds ?? -1) ||
    (a.lagSeconds ?? -1) - (b.lagSeconds ?? -1)
  )
}
