import type { ReportView } from '../answers.ts'
import type { Command } from '../command.ts'
import { SLOW } from '../connection.ts'
import { EXIT } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import { reportLines, reportRecord } from '../render/report.ts'

export const report: Command = {
  name: 'report',
  summary: 'The protection report: what is protected, at risk, not covered or not known, and since when.',
  usage: '[--csv]',
  operands: [0, 0],
  options: [{ name: 'csv', summary: 'As a table for a spreadsheet: zwitness report --csv > report.csv' }],
  help: [
    'No SAN is asked. What nobody replicates is counted once a day on each primary: zwitness fn run count-uncovered counts it now.',
    'With --plain: dataset, protection, status, reason, recovery point, share inside the objective this month, last month, verified at, result, last repair, its run, set aside, destroyed.',
  ],
  async run(args, context) {
    const { out, io } = context
    const isCsv = args.flag('csv')
    if (isCsv && out.format !== 'text') throw new UsageError(`Give --csv or --${out.format}, not both.`)
    const connection = await context.connect()
    if (isCsv) {
      io.stdout(await connection.text('/report.csv', 'text/csv', {}, SLOW))
      return EXIT.DONE
    }
    const found = await connection.get<ReportView>('/api/report', {}, SLOW)
    if (out.format === 'json') out.json('report/1', found)
    else if (out.format === 'plain') for (const row of found.items) out.record(reportRecord(row))
    else for (const line of reportLines(found, io.now())) out.line(line)
    return EXIT.DONE
  },
}
