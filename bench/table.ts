import type { Machine } from './machine.ts'
import { type Figure, type Goal, meets, type Unit } from './measure.ts'

/** A figure as the terminal shows it: a line, and a second one where its goal is missed. */
export function figureLines(figure: Figure): readonly string[] {
  const met = meets(figure)
  const judged = figure.value === null ? 'NOT MEASURED' : met === null ? '' : met ? 'met' : 'MISSED'
  const line = [
    `  ${figure.what.padEnd(62)}`,
    valueWords(figure).padEnd(32),
    `${judged}${figure.goal === null ? '' : `${judged === '' ? '' : ', '}${goalWords(figure.goal, figure.unit)}`}`.padEnd(
      28,
    ),
    figure.against,
  ]
  return [line.join(' ').trimEnd(), ...(met === false && figure.ifMissed ? [`      ${figure.ifMissed}`] : [])]
}

export function valueWords({ value, unit, spread }: Figure): string {
  if (value === null) return '–'
  return `${amount(value, unit)}${spread === undefined ? '' : ` (${round(spread[0])} to ${round(spread[1])})`}`
}

export function goalWords(goal: Goal, unit: Unit): string {
  return 'atMost' in goal ? `≤ ${amount(goal.atMost, unit)}` : `≥ ${amount(goal.atLeast, unit)}`
}

export function busyWarning(load: number, { cores }: Machine): string {
  return `BUSY: a load of ${load} on ${cores} cores, others are at work here. These figures prove nothing: run it again on a quiet machine.`
}

function amount(value: number, unit: Unit): string {
  if (unit === 'count') return String(value)
  return unit === 'ratio' ? `${round(value)} ×` : `${round(value)} ${unit}`
}

function round(value: number): string {
  const size = Math.abs(value)
  if (Number.isInteger(value)) return String(value)
  return size >= 100
    ? value.toFixed(0)
    : size >= 10
      ? value.toFixed(1)
      : size >= 1
        ? value.toFixed(2)
        : value.toFixed(3)
}
