import type { DatasetSummaryView } from '#lib/api/dataset-summary.ts'
import type { HostView } from '#lib/api/host.ts'
import type { PlanView } from '#lib/api/plan.ts'
import type { ReasonFull } from '#lib/api/reason.ts'
import type { RunView } from '#lib/api/run.ts'
import type { SnapshotView } from '#lib/api/snapshots.ts'
import type { VerificationView } from '#lib/api/verification.ts'
import { chainLines } from './chain.ts'
import { hostLines } from './hosts.ts'
import { bytes, field, span, titled, wrapped } from './lines.ts'
import { planLines } from './plan.ts'

/** Everything about one dataset that belongs in a ticket, in the API's own words. */
export interface ToExplain {
  readonly dataset: DatasetSummaryView
  /** Worst first, notes last. */
  readonly reasons: readonly ReasonFull[]
  /** What the last look would do; null before the first one. */
  readonly plan: PlanView | null
  /** Newest first. */
  readonly runs: readonly RunView[]
  /** Primary, then backup. */
  readonly hosts: readonly HostView[]
  /** OpenZFS version by host id, as far as the doctor has seen it. */
  readonly versions: ReadonlyMap<string, string>
  /** Both sides merged, newest first; null where they were not read yet. */
  readonly snapshots: readonly SnapshotView[] | null
  readonly verification: VerificationView | null
  /** Version of zwitness. */
  readonly witness: string
  /** Epoch milliseconds. */
  readonly now: number
}

/** One plain note: state, reason with evidence, chain, plan with its commands, last runs, hosts. 80 columns where possible. */
export function explain(about: ToExplain): string {
  const { dataset, reasons, plan, runs, hosts, verification, now } = about
  const { primary, backup, name } = dataset.pair
  const at = new Date(now).toISOString().slice(0, 19)
  const lines = [
    ...wrapped(`${dataset.id} at ${at}Z, seen by zwitness ${about.witness}`, ''),
    ...wrapped(`${primary.host}:${primary.dataset} -> ${backup.host}:${backup.dataset} (pair ${name})`, ''),
    ...titled('STATE', stateLines(dataset, now)),
    ...titled('WHY', reasons.slice(0, 1).flatMap(reasonLines)),
    ...titled('ALSO', reasons.slice(1).flatMap(reasonLines)),
    ...titled('CHAIN', chainLines(dataset, about.snapshots)),
    ...titled('PLAN', plan === null ? ['  None is at hand: `zwitness preview` makes one.'] : planLines(plan)),
    ...titled('LAST RUNS', runs.flatMap(runLines)),
    ...titled(
      'HOSTS',
      hosts.flatMap((host) => hostLines(host, dataset.pair, about.versions.get(host.id) ?? null, now)),
    ),
    ...titled('VERIFICATION', verificationLines(verification)),
  ]
  return `${lines.join('\n')}\n`
}

function stateLines(dataset: DatasetSummaryView, now: number): readonly string[] {
  const { status, health, since, checkedAt, delaySeconds, lagSeconds, behind, paused, ack } = dataset
  const ago = (moment: string): string => `${moment} (${span((now - Date.parse(moment)) / 1000)} ago)`
  return [
    ...field('Status', status === health ? status : `${status}, underneath ${health}`),
    ...field('Since', since === null ? 'not known' : ago(since)),
    ...field(
      'Last look',
      checkedAt === null ? 'never' : `${ago(checkedAt)}${dataset.stale ? ', which is too old' : ''}`,
    ),
    ...field(
      'Delay',
      `${delaySeconds === null ? 'not known' : span(delaySeconds)} (warning over ${span(dataset.warnDelaySeconds)}, broken over ${span(dataset.maxDelaySeconds)})`,
    ),
    ...field('Recovery point', lagSeconds === null ? 'not known' : `${span(lagSeconds)} old`),
    ...field(
      'Behind',
      behind === null
        ? 'not known'
        : `${behind.snapshots} ${behind.snapshots === 1 ? 'snapshot' : 'snapshots'}, ${behind.bytes === null ? 'size not estimated' : `about ${bytes(behind.bytes)}`}`,
    ),
    ...field('Automatic repair', dataset.automatic?.below ?? 'not known before the next check'),
    ...(paused === null ? [] : field('Paused', words(paused.by, paused.until, paused.reason))),
    ...(ack === null ? [] : field('Acknowledged', words(ack.by, ack.until, ack.reason))),
  ]
}

function words(by: string | null, until: string | null, reason: string | null): string {
  return [by === null ? '' : `by ${by}`, until === null ? 'without end' : `until ${until}`, reason ?? '']
    .filter((part) => part !== '')
    .join(', ')
}

function reasonLines({ code, severity, message, action, evidence }: ReasonFull): readonly string[] {
  return [
    ...wrapped(`${severity} ${code}: ${message}`, '  ', '    '),
    ...(action === null ? [] : wrapped(`Next: ${action}`, '    ')),
    ...Object.entries(evidence).flatMap(([name, value]) =>
      wrapped(`${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`, '    - ', '      '),
    ),
  ]
}

function runLines({ id, kind, state, queuedAt, trigger, outcome, error }: RunView): readonly string[] {
  return [
    ...wrapped(`${queuedAt} run ${id} ${kind} ${state}, by ${trigger.actor}`, '  ', '    '),
    ...(outcome === null ? [] : wrapped(outcome, '    ')),
    ...(error === null
      ? []
      : wrapped(`${error.kind}${error.host === null ? '' : ` on ${error.host}`}: ${error.message}`, '    ')),
  ]
}

function verificationLines(verification: VerificationView | null): readonly string[] {
  if (verification === null) return ['  Never verified: zwitness verify compares every guid of both sides.']
  const { verifiedAt, result, summary, findings, restore } = verification
  return [
    ...wrapped(`${verifiedAt} ${result}: ${summary}`, '  ', '    '),
    ...findings.flatMap(({ code, state, message }) => wrapped(`${state} ${code}: ${message}`, '    - ', '      ')),
    // Quoted as one line: a break inside its quotes would be part of the command.
    ...(restore.command === null ? [] : ['  To restore it under a new name:', `    ${restore.command}`]),
  ]
}
