import type { z } from 'zod'
import type { AnchorList } from '#lib/api/anchors.ts'
import type { CanDestroy } from '#lib/api/can-destroy.ts'
import type { DatasetDetail } from '#lib/api/dataset-detail.ts'
import type { DatasetSummaryView } from '#lib/api/dataset-summary.ts'
import type { FunctionSummary } from '#lib/api/function.ts'
import type { Preview } from '#lib/api/preview.ts'
import type { RunDetail } from '#lib/api/run-detail.ts'
import type { SetAsideList } from '#lib/api/set-aside-list.ts'
import type { SnapshotSide, SnapshotView } from '#lib/api/snapshots.ts'
import type { NewToken, TokenChangeView, TokenView } from '#lib/api/token.ts'
import type { User } from '#lib/api/user.ts'
import type { Version } from '#lib/api/version.ts'

// What the service answers, taken from the schemas that it validates with, as types only: a command needs no zod.

export type { AuditView } from '#lib/api/audit.ts'
export type { AuditVerificationView } from '#lib/api/audit-check.ts'
export type { DiscoveryView } from '#lib/api/discovery.ts'
export type { DoctorReportView } from '#lib/api/doctor.ts'
export type { HostView } from '#lib/api/host.ts'
export type { LogView } from '#lib/api/log.ts'
export type { PlanView } from '#lib/api/plan.ts'
export type { RunView } from '#lib/api/run.ts'
export type { StatusView } from '#lib/api/status.ts'
export type { TokenView } from '#lib/api/token.ts'
export type { VerificationView } from '#lib/api/verification.ts'
export type { DatasetSummaryView, SnapshotView }
export type DatasetDetailView = z.input<typeof DatasetDetail>
export type FunctionSummaryView = z.input<typeof FunctionSummary>
export type PreviewView = z.input<typeof Preview>
export type AnchorListView = z.input<typeof AnchorList>
export type CanDestroyView = z.input<typeof CanDestroy>
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

export interface PageOf<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}
