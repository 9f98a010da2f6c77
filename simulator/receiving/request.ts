import type { StreamDescription } from '../stream/format.ts'

/** What a `zfs receive` was asked to do. */
export interface ReceiveRequest {
  /** The dataset to receive into. */
  readonly target: string
  /** Name for the snapshot, where the command line gives one. */
  readonly snapshotName: string | null
  readonly force: boolean
  readonly resumable: boolean
  readonly unmounted: boolean
  readonly verbose: boolean
  readonly dryRun: boolean
  /** `-o`. */
  readonly properties: ReadonlyMap<string, string>
  /** `-x`. */
  readonly excluded: ReadonlySet<string>
}

/** How the message of a failure begins. */
export function actionOf(kind: StreamDescription['kind']): string {
  switch (kind) {
    case 'full':
      return 'cannot receive new filesystem stream'
    case 'incremental':
      return 'cannot receive incremental stream'
    case 'resume':
      return 'cannot receive resume stream'
    default:
      return 'cannot receive'
  }
}
