import type { DatasetSummaryView, MaintenanceListView, MaintenanceView } from '../answers.ts'
import { type Arguments, type OptionSpec, parseDuration } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { type Connection, datasetPath } from '../connection.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { Failure, UsageError } from '../failure.ts'
import { datasetRecord } from '../render/dataset.ts'
import { maintenanceRecord, maintenanceSentence } from '../render/maintenance.ts'
import type { Text } from '../text.ts'

const WHICH_OPTIONS: readonly OptionSpec[] = [
  { name: 'host', value: 'HOST', proposes: 'host', summary: 'All that has this SAN as a side; several with commas.' },
  { name: 'pair', value: 'NAME', proposes: 'pair', summary: 'All of this pair.' },
  { name: 'all', summary: 'Every dataset.' },
]

const SCHEDULER: OptionSpec = {
  name: 'scheduler',
  summary: 'The scheduled checks; those that somebody asks for go on.',
}

/** Options of what a person says about datasets for a while. */
const CONTROL_OPTIONS: readonly OptionSpec[] = [
  { name: 'from', value: 'TIME', summary: 'Not now but then: "Sat 20:00", 2026-12-05T06:00:00Z.' },
  { name: 'until', value: 'TIME', summary: 'Until then: 06:00 (the next), "Sat 20:00", "2026-12-05 06:00".' },
  { name: 'for', value: 'TIME', summary: 'For so long: 4h, 2d. Without both: until somebody ends it.' },
  { name: 'reason', value: 'TEXT', summary: 'Kept with it, for those who come later.' },
]

const HELP = [
  'Times are of the time zone of the scheduler. Several names, a SAN, a pair, --all, and whatever is planned ahead are one maintenance: it takes the children below a chosen dataset along, and `zwitness maintenance` lists it.',
]

export const pause: Command = {
  name: 'pause',
  summary: 'Start no repair of datasets, a SAN, a pair or all for a while; or no scheduled check.',
  usage: '<id>… | --host HOST | --pair NAME | --all | --scheduler [--from TIME] [--until TIME | --for 4h]',
  operands: [0, 1000],
  proposes: ['dataset'],
  options: [...WHICH_OPTIONS, SCHEDULER, ...CONTROL_OPTIONS],
  help: HELP,
  run: (args, context) => begin(args, context, 'PAUSE'),
}

export const resume: Command = {
  name: 'resume',
  summary: 'End the pause of datasets, a SAN, a pair, all or the scheduler.',
  usage: '<id>… | --host HOST | --pair NAME | --all | --scheduler',
  operands: [0, 1000],
  proposes: ['dataset'],
  options: [...WHICH_OPTIONS, SCHEDULER],
  run: (args, context) => end(args, context, 'PAUSE'),
}

export const ack: Command = {
  name: 'ack',
  summary: 'Say that somebody knows: alarms are quiet, the status stays.',
  usage: '<id>… | --host HOST | --pair NAME | --all [--from TIME] [--until TIME | --for 2d] [--clear]',
  operands: [0, 1000],
  proposes: ['dataset'],
  options: [...WHICH_OPTIONS, ...CONTROL_OPTIONS, { name: 'clear', summary: 'Take it back.' }],
  help: HELP,
  run: (args, context) => (args.flag('clear') ? end(args, context, 'ACK') : begin(args, context, 'ACK')),
}

type Kind = MaintenanceView['kind']
/** As the API is asked for it. */
type Wanted = {
  readonly hosts?: readonly string[]
  readonly pair?: string
  readonly datasets?: readonly string[]
  readonly all?: true
  readonly scheduler?: true
}

async function begin(args: Arguments, context: Context, kind: Kind): Promise<ExitCode> {
  const wanted = wantedBy(args, kind)
  const body = controlBody(args)
  const from = args.text('from')
  const [id] = wanted.datasets ?? []
  const connection = await context.connect()
  // The dataset's own: it can be ended without looking for it, and is for no other.
  if (wanted.datasets?.length === 1 && id !== undefined && from === null) {
    const dataset = await connection.post<DatasetSummaryView>(
      datasetPath(id, kind === 'PAUSE' ? '/pause' : '/ack'),
      body,
    )
    const said = kind === 'PAUSE' ? dataset.paused : dataset.ack
    const words = kind === 'PAUSE' ? `is paused${untilText(said)}; checks go on` : `is acknowledged${untilText(said)}`
    showDataset(context, dataset, `${dataset.id} ${words}.`)
    return EXIT.DONE
  }
  const request = { kind, scope: wanted, ...(from === null ? {} : { from }), ...body }
  showMaintenance(context, await connection.post<MaintenanceView>('/api/maintenance', request))
  return EXIT.DONE
}

async function end(args: Arguments, context: Context, kind: Kind): Promise<ExitCode> {
  const wanted = wantedBy(args, kind)
  const connection = await context.connect()
  if (wanted.datasets !== undefined) return endDatasets(context, connection, kind, wanted.datasets)
  const { items } = await connection.get<MaintenanceListView>('/api/maintenance')
  const matching = items.filter((each) => each.kind === kind && isSame(each.scope, wanted))
  if (matching.length === 0)
    throw new Failure(
      EXIT.NOT_FOUND,
      `Nothing of that is ${kind === 'PAUSE' ? 'paused' : 'acknowledged'} or planned.`,
      {
        next: 'zwitness maintenance',
      },
    )
  for (const { id } of matching)
    showMaintenance(context, await connection.delete<MaintenanceView>(`/api/maintenance/${encodeURIComponent(id)}`))
  return EXIT.DONE
}

/** Their own, and selections of none but these. What is still held by another is said, with what ends it. */
async function endDatasets(
  context: Context,
  connection: Connection,
  kind: Kind,
  ids: readonly string[],
): Promise<ExitCode> {
  const datasets: DatasetSummaryView[] = []
  for (const id of ids) datasets.push(await endOwn(connection, kind, id))
  const said = ({ paused, ack: known }: DatasetSummaryView) => (kind === 'PAUSE' ? paused : known)
  if (datasets.some((dataset) => said(dataset)?.maintenance != null)) {
    const { items } = await connection.get<MaintenanceListView>('/api/maintenance')
    const own = items.filter(
      ({ kind: its, state, scope }) =>
        its === kind &&
        state === 'IN_FORCE' &&
        scope.kind === 'DATASETS' &&
        scope.names.every((id) => ids.includes(id)),
    )
    for (const { id } of own) await connection.delete<MaintenanceView>(`/api/maintenance/${encodeURIComponent(id)}`)
    if (own.length > 0)
      for (const [at, id] of ids.entries()) datasets[at] = await connection.get<DatasetSummaryView>(datasetPath(id))
  }
  const word = kind === 'PAUSE' ? 'paused' : 'acknowledged'
  let held = false
  for (const dataset of datasets) {
    const still = said(dataset)
    held ||= still !== null
    const how = still === null ? '' : stillText(still, kind)
    showDataset(
      context,
      dataset,
      still === null ? `${dataset.id} is no longer ${word}.` : `${dataset.id} is still ${word} ${how}`,
    )
  }
  return held ? EXIT.ATTENTION : EXIT.DONE
}

function endOwn(connection: Connection, kind: Kind, id: string): Promise<DatasetSummaryView> {
  if (kind === 'PAUSE') return connection.post<DatasetSummaryView>(datasetPath(id, '/resume'))
  return connection.delete<DatasetSummaryView>(datasetPath(id, '/ack'))
}

type Said = NonNullable<DatasetSummaryView['paused' | 'ack']>

function stillText({ by, until, maintenance }: Said, kind: Kind): string {
  if (maintenance === null) return by === null ? 'in the configuration: take that out and reload.' : `by ${by}.`
  const end_ = until === null ? '' : `until ${until} `
  return `${end_}with ${maintenance.about}, by ${by}: zwitness maintenance end ${maintenance.id} ends that${kind === 'PAUSE' ? ' pause' : ''} for all of them.`
}

/** @throws UsageError for none of the ways to say what is meant, and for two */
function wantedBy(args: Arguments, kind: Kind): Wanted {
  const hosts = (args.text('host') ?? '').split(',').filter((id) => id !== '')
  const pair = args.text('pair')
  const ways: readonly (Wanted | null)[] = [
    args.operands.length > 0 ? { datasets: args.operands } : null,
    hosts.length > 0 ? { hosts } : null,
    pair === null ? null : { pair },
    args.flag('all') ? { all: true } : null,
    kind === 'PAUSE' && args.flag('scheduler') ? { scheduler: true } : null,
  ]
  const [wanted, second] = ways.filter((way) => way !== null)
  const choice = `datasets, --host, --pair${kind === 'PAUSE' ? ', --all or --scheduler' : ' or --all'}`
  if (wanted === undefined) throw new UsageError(`Say what is meant: ${choice}.`, 'zwitness datasets')
  if (second !== undefined) throw new UsageError(`Give one of them: ${choice}.`)
  return wanted
}

function isSame({ kind, names }: MaintenanceView['scope'], wanted: Wanted): boolean {
  if (wanted.all) return kind === 'ALL'
  if (wanted.scheduler) return kind === 'SCHEDULER'
  if (wanted.pair !== undefined) return kind === 'PAIR' && names[0] === wanted.pair
  const hosts = wanted.hosts ?? []
  return kind === 'HOSTS' && new Set([...names, ...hosts]).size === names.length && hosts.length === names.length
}

function controlBody(args: Arguments): object {
  const length = args.text('for')
  const until = args.text('until')
  const reason = args.text('reason')
  if (length !== null && until !== null) throw new UsageError('Give --until or --for, not both.')
  return {
    ...(length === null ? {} : { seconds: parseDuration('--for', length) }),
    ...(until === null ? {} : { until }),
    ...(reason === null ? {} : { reason }),
  }
}

function showDataset({ out }: Context, dataset: DatasetSummaryView, sentence: Text): void {
  if (out.format === 'json') out.json('dataset/1', dataset)
  else if (out.format === 'plain') out.record(datasetRecord(dataset))
  else out.line(sentence)
}

export function showMaintenance({ out }: Context, maintenance: MaintenanceView): void {
  if (out.format === 'json') out.json('maintenance/1', maintenance)
  else if (out.format === 'plain') out.record(maintenanceRecord(maintenance))
  else out.line(maintenanceSentence(maintenance))
}

/** ` until 2026-11-22T14:32:10Z`, or nothing. */
function untilText(control: { readonly until: string | null } | null): string {
  return control?.until == null ? '' : ` until ${control.until}`
}
