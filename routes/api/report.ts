import { Report, reportView } from '#lib/api/report.ts'
import { gatherReport } from '#lib/history/gather-report.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'The protection report: who is protected, how well, and what is not.',
  description: 'From what is known; no SAN is asked. The same as a table: `/report.csv`.',
  operationId: 'report',
  tags: ['history'],
  output: Report,
  run: async (_, context) => reportView(await gatherReport(context)),
})
