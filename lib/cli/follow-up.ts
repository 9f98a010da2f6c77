import type { RunView, StatusView } from './api-types.ts'
import type { Context } from './command.ts'
import type { Connection } from './connection.ts'
import { EXIT, type ExitCode, worstExit } from './exit-codes.ts'
import { runLines } from './render/run-text.ts'
import { waitForRun } from './wait.ts'

/**
 * Tells of a run that was accepted, and watches it where asked. Without a service the run lives in this process: then it
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
    show(context, begun)
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
  for (const { run } of waited) show(context, run)
  return worstExit(waited.map(({ exit }) => exit))
}

function show({ out, io }: Context, run: RunView): void {
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
