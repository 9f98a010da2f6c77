import type { RunView } from './api-types.ts'
import { bytesText } from './bytes.ts'
import type { Context } from './command.ts'
import { durationText } from './duration.ts'
import { cutTo, rendered, type Text } from './text.ts'

const BAR = 20
const PLAIN_EVERY_MS = 10_000
const CLEAR_LINE = `\r${String.fromCharCode(27)}[K`

/** How far a run is, on stderr: a bar that is redrawn on a terminal, else a line every ten seconds. */
export class ProgressDisplay {
  readonly #context: Pick<Context, 'io' | 'settings' | 'out'>
  #drawn = false
  #toldAt: number

  constructor(context: Pick<Context, 'io' | 'settings' | 'out'>) {
    this.#context = context
    this.#toldAt = context.io.now()
  }

  update(run: RunView): void {
    const { io, settings, out } = this.#context
    if (settings.quiet) return
    if (io.stderrIsTty) {
      io.stderr(`${CLEAR_LINE}${rendered(cutTo(progressText(run, true), io.columns - 1), false)}`)
      this.#drawn = true
    } else if (io.now() - this.#toldAt >= PLAIN_EVERY_MS) {
      this.#toldAt = io.now()
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
export function progressText(run: RunView, withBar: boolean): Text {
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
    bytesPerSecond === null ? '' : `${bytesText(bytesPerSecond)}/s`,
    etaSeconds === null ? '' : `${durationText(etaSeconds)} left`,
  ]
  return parts.filter((part) => part !== '').join('  ')
}

function amount(done: number, total: number | null, isEstimate: boolean): string {
  return total === null ? bytesText(done) : `${bytesText(done)} of ${isEstimate ? '~' : ''}${bytesText(total)}`
}
