import { gatherReport } from '#lib/history/gather-report.ts'
import { reportCsv } from '#lib/history/report-text.ts'
import { defineRoute } from '#lib/services.ts'
import { iso } from '#lib/text/words.ts'

/** Not below /api: a link for people, with a name for the file. */
export const GET = defineRoute({
  summary: 'The protection report as a table.',
  description: 'RFC 4180. What a spreadsheet would take for a formula begins with an apostrophe.',
  operationId: 'reportCsv',
  tags: ['history'],
  produces: 'text/csv',
  async run(_, context) {
    const report = await gatherReport(context)
    return new Response(reportCsv(report), {
      headers: {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': `attachment; filename="zwitness-report-${iso(report.at).slice(0, 10)}.csv"`,
        'Cache-Control': 'no-store',
      },
    })
  },
})
