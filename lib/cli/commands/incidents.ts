import { counted } from '#lib/text/words.ts'
import type { IncidentDetailView, IncidentListView, IncidentView } from '../answers.ts'
import { type OptionSpec, parseDuration } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { agoText } from '../render/words.ts'
import { paint, type Text } from '../text.ts'

const PATH = '/api/incidents'

export const incidents: Command = {
  name: 'incidents',
  summary: 'What is out of order and was told; with an id: what happened to it and what was sent.',
  usage: '[<incident>] [--all]',
  operands: [0, 1],
  proposes: ['incident'],
  options: [{ name: 'all', summary: 'Also those that are over.' }],
  async run(args, context) {
    const connection = await context.connect()
    const [id] = args.operands
    if (id !== undefined) {
      const detail = await connection.get<IncidentDetailView>(`${PATH}/${encodeURIComponent(id)}`)
      showDetail(context, detail)
      return EXIT.DONE
    }
    const query = { limit: 200, open: args.flag('all') ? null : 'true' }
    const list = await connection.get<IncidentListView>(PATH, query)
    showList(context, list)
    return EXIT.DONE
  },
}

const ACK_OPTIONS: readonly OptionSpec[] = [
  { name: 'for', value: 'TIME', summary: 'For so long: 4h, 2d. Without it: until it is over.' },
  { name: 'reason', value: 'TEXT', summary: 'Kept with it, for those who come later.' },
  { name: 'clear', summary: 'Take it back.' },
]

export const incidentAck: Command = {
  name: 'incident ack',
  summary: 'Say that somebody knows: no more is told of it but its end, and that it got worse.',
  usage: '<incident> [--for 2d] [--reason TEXT] | <incident> --clear',
  operands: [1, 1],
  proposes: ['incident'],
  options: ACK_OPTIONS,
  async run(args, context) {
    const path = `${PATH}/${encodeURIComponent(args.operands[0] ?? '')}/ack`
    const length = args.text('for')
    const body = {
      ...(length === null ? {} : { seconds: parseDuration('--for', length) }),
      ...(args.text('reason') === null ? {} : { reason: args.text('reason') }),
    }
    const connection = await context.connect()
    const { out } = context
    const incident = args.flag('clear')
      ? await connection.delete<IncidentView>(path)
      : await connection.post<IncidentView>(path, body)
    if (out.format === 'json') out.json('incident/1', incident)
    else if (out.format === 'plain') out.record(recordOf(incident))
    else if (incident.ack === null) out.line('It is no longer acknowledged.')
    else out.line(`It is acknowledged${incident.ack.until === null ? '' : ` until ${incident.ack.until}`}.`)
    return EXIT.DONE
  },
}

function recordOf(each: IncidentView): (string | number | null)[] {
  const { id, state, severity, kind, code, host, since, resolvedAt, datasetCount, message } = each
  return [id, state, severity, kind, code, host, since, resolvedAt, datasetCount, message]
}

function stateText({ state, severity }: Pick<IncidentView, 'state' | 'severity'>): Text {
  if (state === 'RESOLVED') return paint('green', state)
  return paint(severity === 'critical' ? 'red' : 'yellow', state)
}

function showList({ out, io }: Context, { items, pending }: IncidentListView): void {
  if (out.format === 'json') out.json('incidents/1', { items, pending })
  else if (out.format === 'plain') for (const each of items) out.record(recordOf(each))
  else showTable({ out, io }, { items, pending })
}

/** Two lines each: sentences are longer than a terminal is wide, and the id is what one copies. */
function showTable(
  { out, io }: Pick<Context, 'out' | 'io'>,
  { items, pending }: Omit<IncidentListView, 'nextCursor'>,
): void {
  if (items.length === 0) out.note('There are no incidents.')
  for (const each of items) {
    const { since, datasetCount, id } = each
    const count = datasetCount > 1 ? `, ${counted(datasetCount, 'dataset')}` : ''
    out.line([stateText(each), ` since ${agoText(since, io.now()).replace(/ ago$/, '')}${count}  ${id}`])
    out.line(`  ${each.message === '' ? each.code : each.message}`)
  }
  if (pending.length > 0) out.line()
  for (const { name, message, silenced } of pending)
    out.line([paint('yellow', silenced ? 'Silenced' : 'Not told yet'), ` ${name}: ${message}`])
}

function showDetail({ out }: Context, detail: IncidentDetailView): void {
  if (out.format === 'json') out.json('incident/1', detail)
  else if (out.format === 'plain') out.record(recordOf(detail))
  else showStory(out, detail)
}

function showStory(out: Context['out'], detail: IncidentDetailView): void {
  out.line([stateText(detail), ` ${detail.code} since ${detail.since}`])
  out.line(detail.message)
  if (detail.action !== null) out.line(detail.action)
  if (detail.resolvedAt !== null) out.line(`Over at ${detail.resolvedAt}${endText(detail)}.`)
  if (detail.ack !== null)
    out.line(`Acknowledged by ${detail.ack.by}${detail.ack.reason === null ? '' : `: ${detail.ack.reason}`}`)
  if (detail.datasetCount > 0) {
    out.line()
    for (const { id } of detail.datasets) out.line(id)
    if (detail.datasetCount > detail.datasets.length)
      out.line(`and ${detail.datasetCount - detail.datasets.length} more`)
  }
  out.line()
  for (const { at, text } of detail.timeline) out.line(`${at}  ${text}`)
  for (const { at, channel, state, title, error } of detail.messages.toReversed())
    out.line(`${at}  ${channel} ${state}: ${title}${error === null ? '' : ` (${error})`}`)
}

function endText({ endedBy }: IncidentDetailView): string {
  if (endedBy?.kind === 'run') return `, by repair #${endedBy.runId} of ${endedBy.by ?? 'somebody'}`
  return endedBy?.kind === 'itself' ? ', by itself' : ''
}
