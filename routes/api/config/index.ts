import { ConfigReport, configView } from '#lib/api/config.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'The running configuration, and whether the file on disk is the same.',
  operationId: 'configShow',
  tags: ['config'],
  output: ConfigReport,
  run: (_, context) => configView(context),
})
