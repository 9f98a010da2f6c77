import type { DatasetSummaryView, ReasonFull } from '#lib/api/dataset-summary.ts'
import type { HostView } from '#lib/api/host.ts'
import type { PlanView } from '#lib/api/plan.ts'
import type { RunView } from '#lib/api/run.ts'
import type { SnapshotView } from '#lib/api/snapshots.ts'
import type { VerificationView } from '#lib/api/verification.ts'
import { bytesText, counted, durationText, iso, relativeTime } from '#lib/text/words.ts'
import { commandLines, field, titled, wrapped } from './lines.ts'

/** Everything about one dataset that belongs in a ticket, in the API's own words. */
export interface NoteParts {
  readonly dataset: DatasetSummaryView
  /** Worst first, notes last. */
  readonly reasons: readonly ReasonFull[]
  /** The plan of the last check; null before the first one. */
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
export function datasetNote(about: NoteParts): string {
  const { dataset, reasons, plan, runs, hosts, verification, now } = about
  const { primary, backup, name } = dataset.pair
  const at = iso(now)
  const lines = [
    ...wrapped(`${dataset.id} at ${at}, seen by zwitness ${about.witness}`, ''),
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
  const ago = (moment: string): string => `${moment} (${relativeTime(Date.parse(moment), now)})`
  return [
    ...field('Status', status === health ? status : `${status}, underneath ${health}`),
    ...field('Since', since === null ? 'not known' : ago(since)),
    ...field(
      'Last look',
      checkedAt === null ? 'never' : `${ago(checkedAt)}${dataset.stale ? ', which is too old' : ''}`,
    ),
    ...field(
      'Delay',
      `${delaySeconds === null ? 'not known' : durationText(delaySeconds)} (warning over ${durationText(dataset.warnDelaySeconds)}, broken over ${durationText(dataset.maxDelaySeconds)})`,
    ),
    ...field('Recovery point', lagSeconds === null ? 'not known' : `${durationText(lagSeconds)} old`),
    ...field(
      'Behind',
      behind === null
        ? 'not known'
        : `${counted(behind.snapshots, 'snapshot')}, ${behind.bytes === null ? 'size not estimated' : `about ${bytesText(behind.bytes)}`}`,
    ),
    ...field('Automatic repair', dataset.automatic?.below ?? 'not known before the next check'),
    ...(paused === null ? [] : field('Paused', controlWords(paused))),
    ...(ack === null ? [] : field('Acknowledged', controlWords(ack))),
  ]
}

type Said = Omit<NonNullable<DatasetSummaryView['paused']>, 'at' | 'origin'>

function controlWords({ by, until, reason, maintenance }: Said): string {
  const parts = [
    by === null ? '' : `by ${by}`,
    maintenance === null ? '' : `with ${maintenance.about}`,
    until === null ? 'without end' : `until ${until}`,
    reason ?? '',
  ]
  return parts.filter((part) => part !== '').join(', ')
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

const SHOWN = 12

const WORDS: Readonly<Record<string, string>> = {
  BOTH: 'both',
  PRIMARY: 'primary only',
  BACKUP: 'backup only',
  CLASH: 'name clash',
  UNKNOWN: 'other side unknown',
}

/** How the two histories meet: the newest on each side by guid, how many of each kind, and the last few one by one. */
function chainLines(dataset: DatasetSummaryView, snapshots: readonly SnapshotView[] | null): readonly string[] {
  const { newestCommon, newestPrimary, newestBackup } = dataset
  const known = (ref: DatasetSummaryView['newestCommon']): string =>
    ref === null ? 'none known' : `@${ref.name}, ${ref.createdAt}, guid ${ref.guid}`
  return [
    ...field('Newest common', known(newestCommon)),
    ...field('Newest primary', known(newestPrimary)),
    ...field('Newest backup', known(newestBackup)),
    ...(snapshots === null ? ['  Neither side could be listed.'] : listed(snapshots)),
  ]
}

function listed(snapshots: readonly SnapshotView[]): readonly string[] {
  const counts = Object.entries(WORDS).flatMap(([state, word]) => {
    const count = snapshots.filter((row) => row.state === state).length
    return count === 0 ? [] : [`${count} ${word}`]
  })
  if (snapshots.length === 0) return ['  No snapshot on either side.']
  const left = snapshots.length - SHOWN
  return [
    ...field('Snapshots', counts.join(', ')),
    ...snapshots
      .slice(0, SHOWN)
      .flatMap(({ state, name, createdAt, guid }) =>
        wrapped(`${(WORDS[state] ?? state).padEnd(13, '.')} ${createdAt} @${name} guid ${guid}`, '    ', '      '),
      ),
    ...(left > 0 ? [`    and ${left} older`] : []),
  ]
}

/** What the repair would do, with its commands as they can be pasted. */
function planLines(plan: PlanView): readonly string[] {
  const { kind, outcome, steps, destroys, setAside, checks, notes, blocked, automatic, estimateBytes } = plan
  const size = steps.length === 0 || estimateBytes === null ? '' : `, about ${bytesText(estimateBytes)}`
  const held = heldBack(plan)
  const lost = destroys.length === 0 ? 'Destroys nothing.' : `Destroys ${destroys.length}:`
  return [
    ...wrapped(`${kind}${size}: ${outcome}`),
    ...steps.flatMap(({ n, title, commands }) => [
      ...wrapped(`${n}. ${title}`, '  ', '     '),
      ...commands.flatMap(({ host, argv }) => [...wrapped(`on ${host}:`, '     '), ...commandLines(argv, '       ')]),
    ]),
    ...(steps.length === 0 ? [] : wrapped(lost)),
    ...destroys.flatMap(({ kind: what, name, guid }) =>
      wrapped(`${what} ${name}${guid === null ? '' : ` guid ${guid}`}`, '    - ', '      '),
    ),
    ...(setAside === null
      ? []
      : wrapped(
          `Set aside and kept: ${setAside.name}, ${counted(setAside.snapshots, 'snapshot')}, ${sizeOf(setAside.usedBytes)}`,
          '  ',
          '    ',
        )),
    ...checks
      .filter(({ state }) => state !== 'OK')
      .flatMap(({ state, sentence, cure }) => wrapped(`${state}: ${sentence} ${cure ?? ''}`, '  ', '    ')),
    ...notes.flatMap((note) => wrapped(`Note: ${note}`, '  ', '    ')),
    ...(held === null ? [] : wrapped(held.join(''), '  ', '    ')),
    ...(blocked !== null || kind === 'NOTHING'
      ? []
      : wrapped(`Automatic repair (${automatic.code}): ${automatic.below}`, '  ', '    ')),
  ]
}

/** Why a plan does not run, in two parts: `Held back (PAUSED):` and what was not said by its outcome already. */
export function heldBack(plan: Pick<PlanView, 'blocked' | 'outcome'>): readonly [head: string, words: string] | null {
  if (plan.blocked === null) return null
  const { code, because, cure } = plan.blocked
  const words = [plan.outcome.includes(because) ? '' : because, cure].filter((text) => text !== '').join(' ')
  return words === '' ? [`Held back (${code}).`, ''] : [`Held back (${code}): `, words]
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

/** What is known of a host and of the pool that matters here. `zfs`: its OpenZFS, where a doctor has asked. */
function hostLines(
  host: HostView,
  { primary, backup }: DatasetSummaryView['pair'],
  zfs: string | null,
  now: number,
): readonly string[] {
  const roles = [primary.host === host.id ? 'primary' : '', backup.host === host.id ? 'backup' : ''].filter(Boolean)
  const seen = host.checkedAt === null ? 'not looked at yet' : `looked at ${ago(host.checkedAt, now)}`
  const reach =
    host.reachable === null
      ? ''
      : host.reachable
        ? `, answered in ${host.latencyMs ?? '?'} ms`
        : `, does not answer (last seen ${host.seenAt === null ? 'never' : ago(host.seenAt, now)})`
  const skew = host.skewSeconds === null || host.skewSeconds === 0 ? '' : `, clock ${host.skewSeconds} s off`
  const version = zfs === null ? '' : `, OpenZFS ${zfs}`
  const wanted = new Set(
    [primary, backup].filter(({ host: id }) => id === host.id).map(({ dataset }) => dataset.split('/')[0]),
  )
  return [
    ...wrapped(
      `${host.id} (${host.hostname ?? 'unknown address'}), ${roles.join(' and ')}: ${seen}${reach}${skew}${version}`,
      '  ',
      '    ',
    ),
    ...(host.error === null ? [] : wrapped(`${host.error.kind}: ${host.error.message}`, '    ')),
    ...host.pools
      .filter(({ name }) => wanted.has(name))
      .flatMap((pool) => {
        const { freeBytes, sizeBytes } = pool.usable ?? pool
        const raw = pool.usable === null ? ' (as `zpool list` counts, parity included)' : ''
        return wrapped(
          `pool ${pool.name}: ${pool.state}${pool.readonly ? ', read-only' : ''}, ${sizeOf(freeBytes)} free of ${sizeOf(sizeBytes)}${raw}`,
          '    ',
        )
      }),
  ]
}

function ago(moment: string, now: number): string {
  return relativeTime(Date.parse(moment), now)
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

/** Null: the pool does not say. */
function sizeOf(bytes: number | string | null): string {
  return bytes === null ? 'unknown' : bytesText(bytes)
}
