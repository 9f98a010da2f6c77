import type { RunDetailView, RunView, StatusView } from './answers.ts'
import type { Context } from './command.ts'
import type { Connection } from './connection.ts'
import { EXIT, type ExitCode, exitOfRun, worstExit } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { ProgressDisplay, runLines } from './render/run.ts'

/**
 * Shows a run that was accepted, and watches it where asked. Without a service the run is part of this process: then it
 * is always watched, and so are the repairs that it starts.
 */
export async function follow(
  context: Context,
  connection: Connection,
  begun: RunView,
  wait: boolean,
): Promise<ExitCode> {
  const { out } = context
  if (!wait && connection.kind !== 'local') {
    showRun(context, begun)
    out.note(`It goes on by itself: zwitness runs ${begun.id} shows it, zwitness cancel ${begun.id} stops it.`)
    return EXIT.DONE
  }
  const first = await waitForRun(context, connection, begun)
  const waited = [first]
  if (connection.kind === 'local' && first.exit !== EXIT.INTERRUPTED) {
    for (let next = await nextActive(connection); next !== null; next = await nextActive(connection)) {
      out.note(`Run ${next.id} goes on with ${next.datasetId ?? 'all datasets'}.`)
      const end = await waitForRun(context, connection, next)
      waited.push(end)
      if (end.exit === EXIT.INTERRUPTED) break
    }
  }
  for (const { run } of waited) showRun(context, run)
  return worstExit(waited.map(({ exit }) => exit))
}

function showRun({ out, io }: Context, run: RunView): void {
  if (out.format === 'json') out.json('run/1', run)
  else if (out.format === 'plain') out.record([run.id, run.kind, run.state, run.datasetId, run.outcome])
  else for (const line of runLines(run, io.now())) out.line(line)
}

/** A run that this process still has to do. */
async function nextActive(connection: Connection): Promise<RunView | null> {
  const { activeRuns } = await connection.get<StatusView>('/api/status')
  const next = activeRuns[0]
  return next === undefined ? null : connection.get<RunView>(`/api/runs/${encodeURIComponent(next.id)}`)
}

const FIRST_POLL_MS = 250
const LAST_POLL_MS = 1_000
/** Time for the second Ctrl-C that turns "stop watching" into "cancel". */
const SECOND_PRESS_MS = 2_000
/** A service that restarts is away for a moment; its runs are on record. */
const AWAY_MS = 30_000

interface Waited {
  /** As last seen; it may still be running. */
  readonly run: RunView
  readonly exit: ExitCode
}

/** Watches a run to its end. Ctrl-C stops watching (the run goes on), a second one cancels it; as its owner the first one does. */
export async function waitForRun(context: Context, connection: Connection, begun: RunView): Promise<Waited> {
  const { io, out, settings, interrupts } = context
  const local = connection.kind === 'local'
  const deadline = settings.timeoutMs === null || local ? null : io.now() + settings.timeoutMs
  const presses = new PressCounter()
  const giveBack = interrupts.takeOver(() => presses.press())
  const display = new ProgressDisplay(context)
  let run = begun
  let cancelling = false
  let pause = FIRST_POLL_MS
  try {
    for (;;) {
      run = await observe(context, connection, run)
      if (run.result !== null) return { run, exit: cancelling ? EXIT.INTERRUPTED : exitOfRun(run) }
      display.update(run)
      if (presses.count > 0 && !cancelling) {
        display.clear()
        if (!local && !(await secondPress(context, run, presses))) return { run, exit: EXIT.INTERRUPTED }
        cancelling = true
        out.note(`Cancelling run ${run.id}; what was received is kept and can resume.`)
        await cancel(connection, run)
        presses.reset()
      } else if (presses.count > 0) return { run, exit: EXIT.INTERRUPTED }
      if (deadline !== null && io.now() >= deadline) {
        display.clear()
        out.error(`Run ${run.id} has not ended within the time of --timeout. It goes on: zwitness runs ${run.id}`)
        return { run, exit: EXIT.LATER }
      }
      await io.sleep(pause, presses.next)
      pause = Math.min(LAST_POLL_MS, pause * 1.5)
    }
  } finally {
    display.clear()
    giveBack()
  }
}

/** @returns true when it came in time. */
async function secondPress({ io, out }: Context, run: RunView, presses: PressCounter): Promise<boolean> {
  out.error(`Run ${run.id} goes on. Ctrl-C again within 2 s cancels it; zwitness runs ${run.id} shows it.`)
  const before = presses.count
  if (before === 1) await io.sleep(SECOND_PRESS_MS, presses.next)
  return presses.count > 1
}

async function observe({ io, out }: Context, connection: Connection, run: RunView): Promise<RunView> {
  const since = io.now()
  for (;;) {
    try {
      return await connection.get<RunDetailView>(`/api/runs/${encodeURIComponent(run.id)}`)
    } catch (error) {
      const isAway = error instanceof Failure && error.exit === EXIT.NO_SERVICE && connection.kind !== 'local'
      if (!isAway || io.now() - since >= AWAY_MS) throw error
      out.detail(`${error.message} Trying again.`)
      await io.sleep(LAST_POLL_MS)
    }
  }
}

async function cancel(connection: Connection, run: RunView): Promise<void> {
  try {
    await connection.post(`/api/runs/${encodeURIComponent(run.id)}/cancel`)
  } catch (error) {
    // It ended in the meantime: the next poll says how.
    if (!(error instanceof Failure) || error.exit !== EXIT.CONFLICT) throw error
  }
}

/** Counts Ctrl-C, and wakes whoever sleeps until the next one. */
class PressCounter {
  #count = 0
  #next = new AbortController()

  get count(): number {
    return this.#count
  }

  /** Fires with the next press. */
  get next(): AbortSignal {
    return this.#next.signal
  }

  press(): void {
    this.#count += 1
    const woken = this.#next
    this.#next = new AbortController()
    woken.abort()
  }

  reset(): void {
    this.#count = 0
  }
}
