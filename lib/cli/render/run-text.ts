import type { RunDetailView, RunView } from '../api-types.ts'
import { bytesText } from '../bytes.ts'
import { agoText, durationText } from '../duration.ts'
import { shellWord } from '../failure.ts'
import { progressText } from '../progress.ts'
import { paint, type Text } from '../text.ts'
import { statusWord } from './status-style.ts'

/** What became of a run, or how far it is. */
export function runLines(run: RunView, now: number): Text[] {
  const { id, kind, state, datasetId, startedAt, durationSeconds, bytes, outcome, error, decisions, trigger } = run
  return [
    [
      `Run ${id}  ${kind}  ${datasetId ?? scopeText(run)}  `,
      statusWord(state),
      bytes > 0 ? `  ${bytesText(bytes)}` : '',
      durationSeconds === null ? '' : `  ${durationText(durationSeconds)}`,
    ],
    paint(
      'dim',
      `asked for ${agoText(run.queuedAt, now)} by ${trigger.actor} (${trigger.type.toLowerCase()})${startedAt === null ? ', not begun' : ''}`,
    ),
    ...(run.result === null && run.progress !== null ? [progressText(run, false)] : []),
    ...(outcome === null ? [] : [outcome]),
    ...(error === null ? [] : errorLines(error, outcome)),
    // The one decision of a run that was held back is its outcome, said already.
    ...decisions
      .filter(({ message }) => message !== outcome)
      .map(({ rule, count, message }) => `  ${count} × ${rule}: ${message}`),
  ]
}

/** With its steps and their commands. */
export function runDetailLines(run: RunDetailView, now: number): Text[] {
  const steps = run.steps.flatMap(({ n, title, state, commands, bytes, error }): Text[] => [
    [`${n}. ${title}  `, statusWord(state), bytes === null ? '' : `  ${bytesText(bytes)}`],
    ...commands.map(({ host, argv }): Text => [paint('dim', `     ${host}: `), argv.map(shellWord).join(' ')]),
    ...(error === null ? [] : [[paint('red', '     ✗ '), error]]),
  ])
  const next =
    run.result === null ? `zwitness cancel ${run.id} stops it.` : `zwitness logs --run ${run.id} shows its log.`
  return [
    ...runLines(run, now),
    ...(steps.length === 0 ? [] : ['', paint('bold', 'Steps'), ...steps]),
    paint('dim', next),
  ]
}

function scopeText({ scope }: RunView): string {
  if (typeof scope.pair === 'string') return scope.pair
  return Array.isArray(scope.ids) ? scope.ids.join(', ') : 'all datasets'
}

function errorLines(error: NonNullable<RunView['error']>, outcome: string | null): Text[] {
  const where = [error.host, error.step === null ? null : `step ${error.step}`]
    .filter((part) => part !== null)
    .join(', ')
  const message = outcome?.startsWith(error.message) ? '' : ` ${error.message}`
  const tail = error.stderrTail
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-5)
  return [
    [
      paint('red', `✗ ${error.kind}${where === '' ? '' : ` (${where})`}`),
      `${message}${error.retryable ? ' It is worth another try.' : ''}`,
    ],
    ...tail.map((line) => [paint('dim', '  stderr: '), line]),
  ]
}
