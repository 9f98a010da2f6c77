import { shellLine } from '#lib/text/shell.ts'
import { durationText } from '#lib/text/words.ts'
import type { LogView, RunDetailView, RunView } from '../answers.ts'
import type { Context } from '../command.ts'
import { cutTo, paint, rendered, type Style, type Text } from '../text.ts'
import { statusWord } from './status.ts'
import { agoText, sizeOrUnknown } from './words.ts'

/** What became of a run, or how far it is. */
export function runLines(run: RunView, now: number): Text[] {
  const { id, kind, state, datasetId, startedAt, durationSeconds, bytes, outcome, error, decisions, trigger } = run
  return [
    [
      `Run ${id}  ${kind}  ${datasetId ?? scopeText(run)}  `,
      statusWord(state),
      bytes > 0 ? `  ${sizeOrUnknown(bytes)}` : '',
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
    [`${n}. ${title}  `, statusWord(state), bytes === null ? '' : `  ${sizeOrUnknown(bytes)}`],
    ...commands.map(({ host, argv }): Text => [paint('dim', `     ${host}: `), shellLine(argv)]),
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

const BAR = 20
const PLAIN_EVERY_MS = 10_000
const CLEAR_LINE = `\r${String.fromCharCode(27)}[K`

/** How far a run is, on stderr: a bar that is redrawn on a terminal, else a line every ten seconds. */
export class ProgressDisplay {
  readonly #context: Pick<Context, 'io' | 'settings' | 'out'>
  #drawn = false
  #reportedAt: number

  constructor(context: Pick<Context, 'io' | 'settings' | 'out'>) {
    this.#context = context
    this.#reportedAt = context.io.now()
  }

  update(run: RunView): void {
    const { io, settings, out } = this.#context
    if (settings.quiet) return
    if (io.stderrIsTty) {
      io.stderr(`${CLEAR_LINE}${rendered(cutTo(progressText(run, true), io.columns - 1), false)}`)
      this.#drawn = true
    } else if (io.now() - this.#reportedAt >= PLAIN_EVERY_MS) {
      this.#reportedAt = io.now()
      out.note(progressText(run, false))
    }
  }

  /** Takes the bar away, so that the next message has its line. */
  clear(): void {
    if (this.#drawn) this.#context.io.stderr(CLEAR_LINE)
    this.#drawn = false
  }
}

/** `Repair 1843  [██████░░░░] 51 %  212 GiB of ~412 GiB  98 MiB/s  35 min left`. */
function progressText(run: RunView, withBar: boolean): Text {
  const name = `${run.kind.charAt(0)}${run.kind.slice(1).toLowerCase()} ${run.id}`
  const { progress } = run
  if (progress === null) return `${name}  ${run.state.toLowerCase()}`
  const { percent, bytesDone, bytesTotal, bytesPerSecond, etaSeconds, stepCount, stepIndex } = progress
  const filled = Math.round(((percent ?? 0) / 100) * BAR)
  const parts = [
    name,
    withBar && percent !== null ? `[${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}]` : '',
    percent === null ? '' : `${percent} %`,
    progress.phase.toLowerCase(),
    stepCount > 1 ? `step ${Math.min(stepIndex + 1, stepCount)} of ${stepCount}` : '',
    bytesDone > 0 || bytesTotal !== null ? amount(bytesDone, bytesTotal, progress.totalIsEstimate) : '',
    bytesPerSecond === null ? '' : `${sizeOrUnknown(bytesPerSecond)}/s`,
    etaSeconds === null ? '' : `${durationText(etaSeconds)} left`,
  ]
  return parts.filter((part) => part !== '').join('  ')
}

function amount(done: number, total: number | null, isEstimate: boolean): string {
  return total === null
    ? sizeOrUnknown(done)
    : `${sizeOrUnknown(done)} of ${isEstimate ? '~' : ''}${sizeOrUnknown(total)}`
}

const STYLES: Readonly<Record<string, Style>> = { ERROR: 'red', WARN: 'yellow', DEBUG: 'dim' }

export function logLine({ at, level, component, message, runId, datasetId, host }: LogView): Text {
  const style = STYLES[level]
  const word = level.padEnd(5)
  const about = [runId === null ? null : `run ${runId}`, datasetId, host].filter((part) => part !== null).join(', ')
  return [
    paint('dim', at),
    ' ',
    style === undefined ? word : paint(style, word),
    ` ${component}: ${message}`,
    about === '' ? '' : paint('dim', ` (${about})`),
  ]
}

/** Fields of `logs --plain`. */
export function logRecord({ at, level, component, runId, datasetId, host, message }: LogView): (string | null)[] {
  return [at, level, component, runId, datasetId, host, message]
}
