import type { StatusView } from '../api-types.ts'
import type { Command, Context } from '../command.ts'
import type { Connection } from '../connection.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import { statusLines, statusRecords } from '../render/status-screen.ts'
import { runningService } from '../running-service.ts'

const EVERY_MS = 2_000
const ESC = String.fromCharCode(27)
const HOME_AND_CLEAR = `${ESC}[H${ESC}[2J`

export const status: Command = {
  name: 'status',
  summary: 'How everything is, on one screen, worst first.',
  usage: '[--exit-code] [--watch]',
  operands: [0, 0],
  options: [
    { name: 'exit-code', summary: 'End with 4 when a dataset is not HEALTHY.' },
    { name: 'watch', summary: 'Draw it again every two seconds, until Ctrl-C.' },
  ],
  help: [
    'With --plain: "status", overall, headline; then "dataset", status, id, reason, delay in seconds, checked at; then "warning", what weakens the installation.',
  ],
  async run(args, context) {
    if (args.flag('watch')) return watch(context)
    const connection = await context.connect()
    const view = await connection.get<StatusView>('/api/status')
    show(view, context)
    return args.flag('exit-code') && view.overall !== 'HEALTHY' ? EXIT.ATTENTION : EXIT.DONE
  },
}

async function watch(context: Context): Promise<ExitCode> {
  const { io, out, interrupts } = context
  if (!io.stdoutIsTty || out.format !== 'text')
    throw new UsageError('--watch needs a terminal, and neither --json nor --plain.', 'zwitness status')
  const connection: Connection = await runningService(context, 'There is nothing to watch')
  while (!interrupts.signal.aborted) {
    const view = await connection.get<StatusView>('/api/status')
    io.stdout(HOME_AND_CLEAR)
    show(view, context)
    await io.sleep(EVERY_MS, interrupts.signal)
  }
  return EXIT.INTERRUPTED
}

function show(view: StatusView, { out, io }: Context): void {
  if (out.format === 'json') out.json('status/1', view)
  else if (out.format === 'plain') for (const fields of statusRecords(view)) out.record(fields)
  else for (const line of statusLines(view, io.now())) out.line(line)
}
