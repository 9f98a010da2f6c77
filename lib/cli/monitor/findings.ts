import { durationText } from '#lib/text/words.ts'
import type { MonitorView } from '../answers.ts'
import { isOutside, type Range } from './range.ts'

// What is judged of each dataset (or SAN), before it is put into the words of one monitoring system or the other.

/** Worst first: what could not be seen weighs more than what only needs attention, and hides nothing that is broken. */
const STATES = ['CRITICAL', 'UNKNOWN', 'WARNING', 'OK'] as const
export type State = (typeof STATES)[number]

export function worstOf(states: readonly State[]): State {
  return STATES.find((state) => states.includes(state)) ?? 'UNKNOWN'
}

/** One figure for the performance data. Null: not known. */
export interface Measured {
  readonly label: string
  readonly value: number | null
  /** Base units: seconds or nothing. */
  readonly unit: 's' | ''
  readonly warn: Range | null
  readonly critical: Range | null
}

export interface Finding {
  readonly id: string
  readonly state: State
  /** What it would be, had nobody silenced it. */
  readonly seen: State
  readonly text: string
  readonly measured: Measured
}

interface Thresholds {
  readonly warn: Range | null
  readonly critical: Range | null
}

type Dataset = MonitorView['datasets'][number]
type Host = MonitorView['hosts'][number]
type Judge = (dataset: Dataset, thresholds: Thresholds, now: number) => Finding

const OF_HEALTH: Readonly<Record<Dataset['health'], State>> = {
  HEALTHY: 'OK',
  WARNING: 'WARNING',
  BROKEN: 'CRITICAL',
  UNKNOWN: 'UNKNOWN',
}

/** Status and delay: as the witness judges it, and by the thresholds that were given besides. */
const state: Judge = (dataset, { warn, critical }) => {
  const { delaySeconds: delay, reason, health, status, warnDelaySeconds, maxDelaySeconds } = dataset
  const measured: Measured = {
    label: 'delay',
    value: delay,
    unit: 's',
    warn: warn ?? { least: 0, most: warnDelaySeconds },
    critical: critical ?? { least: 0, most: maxDelaySeconds },
  }
  const seen = worstOf([OF_HEALTH[health], delay === null ? 'OK' : byRange(delay, { warn, critical })])
  const repairing = status === 'REPAIRING' ? ' (a repair is running)' : ''
  return found(dataset, seen, `${health} ${reason.message}${repairing}`, measured)
}

/** Age of the newest snapshot that both sides hold: what would be lost. */
const newest: Judge = (dataset, thresholds, now) => {
  const age = ageOf(dataset.newestCommonAt, now)
  const measured: Measured = { label: 'newest', value: age, unit: 's', ...limits(thresholds) }
  if (dataset.stale || dataset.checkedAt === null) return found(dataset, 'UNKNOWN', notNow(dataset), measured)
  if (age === null) return found(dataset, 'CRITICAL', 'The two sides have no snapshot in common.', measured)
  const text = `The newest snapshot that ${dataset.backup} has of ${dataset.primary} is ${durationText(age)} old.`
  return found(dataset, byRange(age, thresholds), text, measured)
}

/** Age of the oldest snapshot of the backup: how far back one can go. */
const oldest: Judge = (dataset, thresholds, now) => {
  const age = ageOf(dataset.oldestBackupAt, now)
  const measured: Measured = { label: 'oldest', value: age, unit: 's', ...limits(thresholds) }
  if (isUnread(dataset)) return found(dataset, 'UNKNOWN', notNow(dataset), measured)
  if (age === null) return found(dataset, 'CRITICAL', `${dataset.backup} holds no snapshot.`, measured)
  const text = `The oldest snapshot on ${dataset.backup} is ${durationText(age)} old.`
  return found(dataset, byRange(age, thresholds), text, measured)
}

/** How many snapshots the backup holds. */
const count: Judge = (dataset, thresholds) => {
  const { backupSnapshots: held, backup } = dataset
  const measured: Measured = { label: 'snapshots', value: held, unit: '', ...limits(thresholds) }
  if (isUnread(dataset) || held === null) return found(dataset, 'UNKNOWN', notNow(dataset), measured)
  const text = `${backup} holds ${held} ${held === 1 ? 'snapshot' : 'snapshots'}.`
  return found(dataset, worstOf([held === 0 ? 'CRITICAL' : 'OK', byRange(held, thresholds)]), text, measured)
}

/** What is asked of each dataset. */
export const JUDGES = { state, count, newest, oldest } as const

/** Do the SANs answer? One that is off as planned is no fault. */
export function aliveFinding({ id, reachable, plannedOffline, error }: Host): Finding {
  const measured: Measured = {
    label: 'up',
    value: reachable === null ? null : Number(reachable),
    unit: '',
    warn: null,
    critical: null,
  }
  const made = (at: State, text: string): Finding => ({ id, state: at, seen: at, text, measured })
  if (reachable === true) return made('OK', `${id} answers.`)
  if (plannedOffline) return made('OK', `${id} is off as planned.`)
  if (reachable === null) return made('UNKNOWN', `Nobody has asked ${id} yet.`)
  return made('CRITICAL', error ?? `${id} does not answer.`)
}

/** Somebody knows, or has paused it: it is said, and rings nowhere. */
function found(dataset: Dataset, seen: State, text: string, measured: Measured): Finding {
  const { id, silenced } = dataset
  const words = silenced === null || seen === 'OK' ? text : `${text} (${silenced.toLowerCase()})`
  return { id, state: silenced === null ? seen : 'OK', seen, text: words, measured }
}

function byRange(value: number, { warn, critical }: Thresholds): State {
  return isOutside(value, critical) ? 'CRITICAL' : isOutside(value, warn) ? 'WARNING' : 'OK'
}

const limits = ({ warn, critical }: Thresholds): Pick<Measured, 'warn' | 'critical'> => ({ warn, critical })

function ageOf(at: string | null, now: number): number | null {
  return at === null ? null : Math.max(0, Math.floor((now - Date.parse(at)) / 1000))
}

/** After its start the witness has not read the snapshots before its first check. */
function isUnread({ stale, backupSnapshots }: Dataset): boolean {
  return stale || backupSnapshots === null
}

function notNow({ stale, checkedAt, reason }: Dataset): string {
  if (stale) return `The last check is too old to say it: ${reason.message}`
  return checkedAt === null ? 'It was not checked yet.' : 'Its snapshots were not read since the witness began.'
}
