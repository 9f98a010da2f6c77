import { Monitor, monitorView } from '#lib/api/monitor.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'What a check plugin (Nagios, Icinga, checkmk) asks, of all datasets at once.',
  description: 'As last seen; no SAN is asked. `zwitness monitor` makes its output of it.',
  operationId: 'monitor',
  tags: ['status'],
  output: Monitor,
  run: (_, { engine, config, now }) => monitorView({ engine, config, now: now() }),
})
