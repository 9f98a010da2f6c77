import type { EventName } from '#lib/notify/message.ts'
import { bytesText, counted, durationText, iso, someOf } from '#lib/text/words.ts'
import { reminderDays } from './incident.ts'
import type { Case, Incident, SeenDataset, Telling } from './types.ts'

/** An incident and those that are part of it at this moment. */
export interface Told {
  readonly incident: Incident
  readonly cases: readonly Case[]
}

interface Words {
  readonly event: EventName
  readonly title: string
  readonly paragraphs: readonly string[]
}

/** How many names stand in one message; the page shows all. */
const MOST_NAMED = 20

/** The words of one message about one incident, or about several of the same kind. */
export function wordsOf(what: Telling, group: readonly Told[], now: number): Words {
  const first = (group[0] as Told).incident
  const subject = subjectOf(group)
  const since = Math.min(...group.map(({ incident }) => incident.since))
  const lasted = durationText((now - since) / 1000)
  if (what === 'recovered')
    return {
      event: recoveredEvent(first),
      title: `[RECOVERED] ${subject} after ${durationText(((first.endedBy?.at ?? now) - since) / 1000)}`,
      paragraphs: [recoveredSentence(group, since), ...named(group)],
    }
  if (what === 'flapping')
    return {
      event: 'dataset.flapping',
      title: `[FLAPPING] ${subject}: ${reasonWords(first)}, it comes and goes`,
      paragraphs: [
        'It went out of order or came back at least four times within a day. No more is told of it until it has been the same for four hours.',
        first.message,
        ...named(group),
      ].filter((each) => each !== ''),
    }
  const head = HEADS[what]
  const word = head === '' ? levelOf(group) : `${head} ${levelOf(group)}`
  return {
    event: what === 'reminder' ? 'incident.reminder' : eventOf(first),
    title: `[${word}] ${subject}${detailOf(group)}`,
    paragraphs: [
      ...lead(what, group, lasted),
      first.message,
      ...(first.action === null ? [] : [first.action]),
      ...repairs(group),
      ...named(group),
      ...(what === 'reminder' ? [rarer(first)] : []),
    ].filter((each) => each !== ''),
  }
}

const HEADS: Readonly<Record<Exclude<Telling, 'recovered' | 'flapping'>, string>> = {
  fired: '',
  worse: '',
  more: '',
  again: 'AGAIN',
  relapse: 'AGAIN',
  still: 'STILL',
  reminder: 'STILL',
}

function levelOf(group: readonly Told[]): string {
  const { kind } = (group[0] as Told).incident
  if (kind === 'repair') return 'REPAIR FAILED'
  return group.some(({ incident }) => incident.severity === 'critical') ? 'BROKEN' : 'WARNING'
}

function lead(what: Telling, group: readonly Told[], lasted: string): readonly string[] {
  if (what === 'worse') return [`It got worse. It began ${lasted} ago.`]
  if (what === 'more')
    return [`There are more: ${counted(datasetsOf(group).length, 'dataset')} by now. It began ${lasted} ago.`]
  if (what === 'relapse') return ['It was over for less than a day, and has come back.']
  if (what === 'still' || what === 'reminder') return [`It has been so for ${lasted}.`]
  return []
}

function rarer({ reminders }: Incident): string {
  return `Further messages about this will be less frequent: the next one comes in ${counted(reminderDays(reminders + 1), 'day')}, unless it gets worse or ends.`
}

function datasetsOf(group: readonly Told[]): readonly SeenDataset[] {
  const all = new Map(
    group.flatMap(({ cases }) => cases.flatMap(({ datasets }) => datasets.map((each) => [each.id, each] as const))),
  )
  return [...all.values()]
}

/** `L1S4DAT1 hqs10→hqs7`, `20 datasets hqs10→hqs7`, `hqs7`, `hqs7p1 on hqs7`. */
function subjectOf(group: readonly Told[]): string {
  const { incident } = group[0] as Told
  if (incident.kind === 'host') return incident.host ?? incident.cause
  if (incident.kind === 'pool') return incident.members[0]?.name ?? incident.cause.replace(/^pool:/, '')
  if (incident.kind === 'witness') return 'the witness'
  const datasets = group.flatMap(({ incident: each }) => each.datasets)
  const [one] = datasets
  if (one === undefined) return incident.members[0]?.name ?? incident.cause
  const ways = [...new Set(datasets.map(({ primary, backup }) => `${primary.host}→${backup.host}`))]
  const count = group.reduce((sum, each) => sum + each.incident.datasetCount, 0)
  return `${count === 1 ? one.name : counted(count, 'dataset')} ${someOf(ways, ways.length, 2)}`
}

/** What stands behind the colon: `: backup ahead, 26 d behind`; of a host how many datasets it concerns. */
function detailOf(group: readonly Told[]): string {
  const { incident } = group[0] as Told
  if (incident.kind === 'host') return ` ${reasonWords(incident)} (${counted(incident.datasetCount, 'dataset')})`
  if (incident.kind === 'witness' || incident.kind === 'repair') return `: ${reasonWords(incident)}`
  if (incident.kind === 'pool') return `: ${reasonWords(incident)}`
  const worst = Math.max(0, ...datasetsOf(group).map(({ delaySeconds }) => delaySeconds ?? 0))
  const behind = worst >= 3600 ? `, ${durationText(worst).replace(/^(\d+ \S+).*/, '$1')} behind` : ''
  return `: ${reasonWords(incident)}${behind}`
}

/** `BACKUP_AHEAD` → `backup ahead`. */
function reasonWords({ code }: Incident): string {
  return code === 'HOST_UNREACHABLE' ? 'unreachable' : code.toLowerCase().replaceAll('_', ' ')
}

function eventOf({ kind, code, severity }: Incident): EventName {
  if (kind === 'host') return code === 'HOST_KEY_CHANGED' ? 'host.key_changed' : 'host.unreachable'
  if (kind === 'pool')
    return severity === 'critical' ? 'pool.unavailable' : code === 'LOW_SPACE' ? 'pool.low_space' : 'pool.degraded'
  if (kind === 'repair') return 'repair.failed'
  if (kind === 'witness') return 'witness.warning'
  if (code === 'INTERNAL' || code === 'LISTING_TIMED_OUT') return 'dataset.unknown'
  return severity === 'critical' ? 'dataset.broken' : 'dataset.warning'
}

function recoveredEvent({ kind }: Incident): EventName {
  if (kind === 'host') return 'host.recovered'
  if (kind === 'pool') return 'pool.recovered'
  return kind === 'witness' ? 'witness.recovered' : 'dataset.recovered'
}

function recoveredSentence(group: readonly Told[], since: number): string {
  const { incident } = group[0] as Told
  const was = `It was ${incident.kind === 'repair' ? 'failing' : reasonWords(incident)} from ${iso(since)} on.`
  const { endedBy } = incident
  if (endedBy?.kind === 'removed') return `${was} It is watched no longer.`
  const runs = group.flatMap((each) => (each.incident.endedBy?.kind === 'run' ? [each.incident.endedBy] : []))
  if (runs.length === 0) return `${was} It ended by itself: no repair from here.`
  const [run] = runs
  if (runs.length === 1) return `${was} Repair #${run?.runId} by ${run?.by ?? 'somebody'} fixed it.`
  return `${was} Repairs ${someOf(
    runs.map(({ runId }) => `#${runId}`),
    runs.length,
    5,
  )} fixed it.`
}

/** What is being done about it at this moment: a catch-up after an outage, a first copy that takes weeks. */
function repairs(group: readonly Told[]): readonly string[] {
  const repaired = datasetsOf(group).flatMap(({ repair }) => repair ?? [])
  if (repaired.length === 0) return []
  const bytes = repaired.reduce((sum, { bytesTotal, bytesDone }) => sum + Math.max(0, (bytesTotal ?? 0) - bytesDone), 0)
  const unknown = repaired.some(({ bytesTotal }) => bytesTotal === null)
  const eta = Math.max(0, ...repaired.map(({ etaSeconds }) => etaSeconds ?? 0))
  const size = bytes === 0 ? '' : `, ${unknown ? 'more than' : 'about'} ${bytesText(bytes)}`
  const end = eta === 0 ? '' : `, the one that runs needs about ${durationText(eta)}`
  return [`${counted(repaired.length, 'repair is', 'repairs are')} under way${size}${end}. Its end will be told.`]
}

function named(group: readonly Told[]): readonly string[] {
  const names = group.flatMap(({ incident }) => incident.datasets.map(({ id }) => id))
  const count = group.reduce((sum, { incident }) => sum + incident.datasetCount, 0)
  if (count <= 1) return []
  return [`Datasets: ${someOf(names, count, MOST_NAMED)}.`]
}
