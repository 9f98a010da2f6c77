import type { z } from 'zod'
import type { Version } from '#lib/api/about.ts'
import type { NewToken, TokenChangeView, TokenView, User } from '#lib/api/access.ts'
import type { AnchorList } from '#lib/api/anchors.ts'
import type { CanDestroy } from '#lib/api/can-destroy.ts'
import type { DatasetDetail } from '#lib/api/dataset-detail.ts'
import type { DatasetSummaryView } from '#lib/api/dataset-summary.ts'
import type { FunctionSummary } from '#lib/api/function.ts'
import type { IncidentView, PendingView } from '#lib/api/incidents.ts'
import type { MaintenanceView } from '#lib/api/maintenance.ts'

import type { Preview } from '#lib/api/plan.ts'

import type { RunDetail } from '#lib/api/run-detail.ts'
import type { SetAsideList } from '#lib/api/set-asides.ts'
import type { SnapshotSide, SnapshotView } from '#lib/api/snapshots.ts'

// What the service answers, taken from the schemas that it validates with, as types only: a command needs no zod.

export type { TokenView } from '#lib/api/access.ts'
export type { AuditVerificationView, AuditView } from '#lib/api/audit.ts'
export type { DiscoveryView } from '#lib/api/discovery.ts'
export type { DoctorReportView } from '#lib/api/doctor.ts'
export type { ChangeView, DatasetHistoryView, HistoryView } from '#lib/api/history.ts'
export type { HostView } from '#lib/api/host.ts'
export type { IncidentDetailView, NotificationsView, TriedView } from '#lib/api/incidents.ts'
export type { LogView } from '#lib/api/log.ts'
export type { MaintenanceView } from '#lib/api/maintenance.ts'
export type { MonitorView } from '#lib/api/monitor.ts'
export type { PlanView } from '#lib/api/plan.ts'
export type { ReportRowView, ReportView } from '#lib/api/report.ts'
export type { RunView } from '#lib/api/run.ts'
export type { StatusView } from '#lib/api/status.ts'
export type { VerificationView } from '#lib/api/verification.ts'
export type { DatasetSummaryView, IncidentView, SnapshotView }
export type DatasetDetailView = z.input<typeof DatasetDetail>
export type FunctionSummaryView = z.input<typeof FunctionSummary>
export type PreviewView = z.input<typeof Preview>
export type AnchorListView = z.input<typeof AnchorList>
export type CanDestroyView = z.input<typeof CanDestroy>
export interface MaintenanceListView {
  readonly items: readonly MaintenanceView[]
}
export type SetAsideListView = z.input<typeof SetAsideList>
export type RunDetailView = z.input<typeof RunDetail>
export type SnapshotSideView = z.input<typeof SnapshotSide>
export type UserView = z.input<typeof User>
export type ChangedUserView = UserView & { readonly tokens: readonly TokenChangeView[] }
export type RevokedTokenView = TokenView & {
  readonly alsoRevoked: readonly { readonly id: string; readonly name: string }[]
}
export interface RemovedUserView {
  readonly removed: string
  readonly tokens: readonly TokenChangeView[]
}
export type NewTokenView = z.input<typeof NewToken>
export type VersionView = z.input<typeof Version>

export interface IncidentListView extends PageOf<IncidentView> {
  readonly pending: readonly PendingView[]
}

export interface PageOf<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

/** A route as a module: what each method answers with. */
type Route = Readonly<Partial<Record<string, unknown>>>

/**
 * Where a path's answer is described: in the route itself, so that both ends follow one schema. Loaded only when there is
 * an answer to check, and while waiting for it: a command line that asks nothing needs no zod.
 */
const ROUTES: readonly (readonly [path: string, load: () => Promise<Route>])[] = [
  ['/healthz', () => import('#routes/healthz.ts')],
  ['/api/adopt', () => import('#routes/api/adopt.ts')],
  ['/api/anchors', () => import('#routes/api/anchors/index.ts')],
  ['/api/audit', () => import('#routes/api/audit/index.ts')],
  ['/api/audit/accept', () => import('#routes/api/audit/accept.ts')],
  ['/api/audit/verify', () => import('#routes/api/audit/verify.ts')],
  ['/api/backup', () => import('#routes/api/backup.ts')],
  ['/api/can-destroy', () => import('#routes/api/can-destroy.ts')],
  ['/api/config', configRoute],
  ['/api/config/reload', () => import('#routes/api/config/reload.ts')],
  ['/api/database', () => import('#routes/api/database.ts')],
  ['/api/datasets', () => import('#routes/api/datasets/index.ts')],
  ['/api/datasets/:id', () => import('#routes/api/datasets/[id].ts')],
  ['/api/datasets/:id/ack', () => import('#routes/api/datasets/[id]/ack.ts')],
  ['/api/datasets/:id/adopt', () => import('#routes/api/datasets/[id]/adopt.ts')],
  ['/api/datasets/:id/explain', () => import('#routes/api/datasets/[id]/explain.ts')],
  ['/api/datasets/:id/history', () => import('#routes/api/datasets/[id]/history.ts')],
  ['/api/datasets/:id/pause', () => import('#routes/api/datasets/[id]/pause.ts')],
  ['/api/datasets/:id/preview', () => import('#routes/api/datasets/[id]/preview.ts')],
  ['/api/datasets/:id/resume', () => import('#routes/api/datasets/[id]/resume.ts')],
  ['/api/datasets/:id/run', () => import('#routes/api/datasets/[id]/run.ts')],
  ['/api/datasets/:id/snapshots', () => import('#routes/api/datasets/[id]/snapshots.ts')],
  ['/api/datasets/:id/verify', () => import('#routes/api/datasets/[id]/verify.ts')],
  ['/api/functions', () => import('#routes/api/functions/index.ts')],
  ['/api/functions/doctor', doctorRoute],
  ['/api/functions/discover', discoverRoute],
  ['/api/functions/:name', () => import('#routes/api/functions/[name].ts')],
  ['/api/history', () => import('#routes/api/history.ts')],
  ['/api/incidents', () => import('#routes/api/incidents/index.ts')],
  ['/api/incidents/:id', () => import('#routes/api/incidents/[id].ts')],
  ['/api/incidents/:id/ack', () => import('#routes/api/incidents/[id]/ack.ts')],
  ['/api/logs', () => import('#routes/api/logs.ts')],
  ['/api/maintenance', () => import('#routes/api/maintenance/index.ts')],
  ['/api/maintenance/:id', () => import('#routes/api/maintenance/[id].ts')],
  ['/api/notifications', () => import('#routes/api/notifications/index.ts')],
  ['/api/notifications/test', () => import('#routes/api/notifications/test.ts')],
  ['/api/monitor', () => import('#routes/api/monitor.ts')],
  ['/api/openapi.json', () => import('#routes/api/openapi.json.ts')],
  ['/api/report', () => import('#routes/api/report.ts')],
  ['/api/run', () => import('#routes/api/run.ts')],
  ['/api/runs', () => import('#routes/api/runs/index.ts')],
  ['/api/runs/:id', () => import('#routes/api/runs/[id].ts')],
  ['/api/runs/:id/cancel', () => import('#routes/api/runs/[id]/cancel.ts')],
  ['/api/set-asides', () => import('#routes/api/set-asides/index.ts')],
  ['/api/status', () => import('#routes/api/status.ts')],
  ['/api/tokens', () => import('#routes/api/tokens/index.ts')],
  ['/api/tokens/:id', () => import('#routes/api/tokens/[id].ts')],
  ['/api/users', () => import('#routes/api/users/index.ts')],
  ['/api/users/:name', () => import('#routes/api/users/[name].ts')],
  ['/api/version', () => import('#routes/api/version.ts')],
]

/** The schema of what `method path` answers. Throws for a path that is not above: no answer goes unread. */
export async function answerSchema(method: string, path: string): Promise<z.ZodType> {
  const steps = path.split('/')
  const found = ROUTES.find(([pattern]) => {
    const wanted = pattern.split('/')
    return wanted.length === steps.length && wanted.every((step, at) => step.startsWith(':') || step === steps[at])
  })
  const definition = (await found?.[1]())?.[method] as { readonly output?: z.ZodType } | undefined
  if (definition?.output === undefined)
    throw new Error(`What ${method} ${path} answers is not known to the command line.`)
  return definition.output
}

/** Functions answer what their own schema says, one level down. */
async function functionRoute(output: z.ZodType): Promise<Route> {
  const { z } = await import('zod')
  return { POST: { output: z.object({ name: z.string(), output }) } }
}

async function doctorRoute(): Promise<Route> {
  return functionRoute((await import('#lib/api/doctor.ts')).DoctorReport)
}

async function discoverRoute(): Promise<Route> {
  return functionRoute((await import('#lib/api/discovery.ts')).Discovery)
}

/** To the API the values are anything; here they are a table. */
async function configRoute(): Promise<Route> {
  const [{ z }, { ConfigReport }] = await Promise.all([import('zod'), import('#lib/api/config.ts')])
  const values = z.array(z.object({ path: z.string(), value: z.unknown(), origin: z.string() }))
  return { GET: { output: ConfigReport.extend({ effective: z.object({ values }) }) } }
}
