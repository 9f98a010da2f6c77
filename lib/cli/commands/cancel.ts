import type { RunView } from '../api-types.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { runLines } from '../render/run-text.ts'
import { runningService } from '../running-service.ts'
import { waitForRun } from '../wait.ts'

export const cancel: Command = {
  name: 'cancel',
  summary: 'Stop a run, or take it out of the queue; what was received can resume.',
  usage: '<runId> [--wait]',
  operands: [1, 1],
  options: [{ name: 'wait', summary: 'Until it has really ended.' }],
  async run(args, context) {
    const { out, io } = context
    const connection = await runningService(context, 'There is nothing to cancel')
    const asked = await connection.post<RunView>(`/api/runs/${encodeURIComponent(args.operands[0] ?? '')}/cancel`)
    const run = args.flag('wait') ? (await waitForRun(context, connection, asked)).run : asked
    if (out.format === 'json') out.json('run/1', run)
    else if (out.format === 'plain') out.record([run.id, run.kind, run.state, run.datasetId, run.outcome])
    else for (const line of runLines(run, io.now())) out.line(line)
    return EXIT.DONE
  },
}
