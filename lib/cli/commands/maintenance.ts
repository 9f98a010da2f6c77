import type { MaintenanceListView, MaintenanceView } from '../answers.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { maintenanceRecord } from '../render/maintenance.ts'
import { showMaintenance } from './control.ts'

const STATES = { PLANNED: 'planned', IN_FORCE: 'in force', OVER: 'over' } as const

export const maintenance: Command = {
  name: 'maintenance',
  summary: 'What is paused or acknowledged for many: in force, planned, and with --past over.',
  usage: '[--past]',
  operands: [0, 0],
  options: [{ name: 'past', summary: 'Also those that are over, of the last 30 days.' }],
  help: [
    'What single datasets have of their own stands with them: zwitness show ID.',
    'With --plain: id, kind, state, scope, names, datasets, from, until, by, reason, ended at, ended by.',
  ],
  async run(args, context) {
    const { out } = context
    const connection = await context.connect()
    const list = await connection.get<MaintenanceListView>(
      '/api/maintenance',
      args.flag('past') ? { past: 'true' } : {},
    )
    if (out.format === 'json') out.json('maintenances/1', list)
    else if (out.format === 'plain') for (const each of list.items) out.record(maintenanceRecord(each))
    else if (list.items.length > 0)
      out.table(
        [
          { title: 'ID', align: 'right' },
          { title: 'WHAT' },
          { title: 'FOR' },
          { title: 'STATE' },
          { title: 'FROM' },
          { title: 'UNTIL' },
          { title: 'BY' },
          { title: 'REASON' },
        ],
        list.items.map((each) => [
          each.id,
          each.kind === 'PAUSE' ? 'pause' : 'ack',
          each.about,
          STATES[each.state],
          each.from,
          each.endedAt ?? each.until ?? 'somebody ends it',
          each.by,
          each.reason ?? '',
        ]),
      )
    if (list.items.length === 0) out.note('Nothing is paused or acknowledged for many, now or planned.')
    return EXIT.DONE
  },
}

export const maintenanceEnd: Command = {
  name: 'maintenance end',
  summary: 'End a pause or an acknowledgement of many now, or take a planned one back.',
  usage: '<maintenanceId>…',
  operands: [1, 100],
  proposes: ['maintenance'],
  options: [],
  async run(args, context) {
    const connection = await context.connect()
    for (const id of args.operands)
      showMaintenance(context, await connection.delete<MaintenanceView>(`/api/maintenance/${encodeURIComponent(id)}`))
    return EXIT.DONE
  },
}
