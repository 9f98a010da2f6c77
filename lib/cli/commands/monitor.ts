import { aboutThis } from '#lib/app/about.ts'
import { someOf } from '#lib/text/words.ts'
import type { MonitorView, RunView } from '../answers.ts'
import type { Arguments } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { runningService } from '../connect.ts'
import type { Connection } from '../connection.ts'
import { EXIT } from '../exit-codes.ts'
import { Failure, Refused, UsageError } from '../failure.ts'
import { aliveFinding, type Finding, JUDGES, worstOf } from '../monitor/findings.ts'
import { type Asked, CODES, checkmkOutput, nagiosOutput } from '../monitor/output.ts'
import { parseRange } from '../monitor/range.ts'

const CHECKS = ['state', 'count', 'newest', 'oldest', 'alive'] as const
type Check = (typeof CHECKS)[number]
const FORMATS = ['nagios', 'checkmk']
/** Nagios gives a plugin ten seconds to sixty. */
const LIMIT_MS = 30_000
const POLL_MS = 250

export const monitor: Command = {
  name: 'monitor',
  summary: 'Check plugin for Nagios, Icinga and checkmk: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.',
  usage: '[<id>…] [--pair NAME] [--check state] [-w 72h] [-c 144h] [-t 30] [--format nagios]',
  operands: [0, 1000],
  proposes: ['dataset'],
  plugin: true,
  options: [
    { name: 'pair', value: 'NAME', proposes: 'pair', summary: 'Only the datasets of this pair.' },
    {
      name: 'check',
      value: 'WHAT',
      proposes: CHECKS,
      summary: 'state (as the witness judges it), count, newest, oldest (snapshots of the backup), alive (the SANs).',
    },
    {
      name: 'warning',
      short: 'w',
      value: 'RANGE',
      summary: 'WARNING outside of this: 72h, 10:, 10:500. Of count and oldest one value is the least, else the most.',
    },
    { name: 'critical', short: 'c', value: 'RANGE', summary: 'CRITICAL outside of this, in the same form.' },
    {
      name: 'format',
      value: 'WHOSE',
      proposes: FORMATS,
      summary: 'nagios (also for Icinga), or checkmk: one local service for each dataset.',
    },
    { name: 'version', short: 'V', summary: 'The version of this plugin.' },
    { name: 'fresh', summary: 'Check first, and wait for it. Without it: as last seen, no SAN is asked.' },
  ],
  help: [
    'The worst of all counts; CRITICAL is never hidden by UNKNOWN. What was not checked for two intervals is UNKNOWN, or CRITICAL as it was. What is paused or acknowledged is told and counts as OK. With state, -w and -c judge the delay besides what the witness says of it.',
    'Whatever goes wrong is UNKNOWN (3), this help too. docs/monitoring.md shows what Nagios, Icinga and checkmk need.',
  ],
  async run(args, context) {
    const { out, io } = context
    if (args.flag('version')) {
      const { version, commit } = aboutThis({ bootId: '', startedAt: 0, demo: false })
      out.line(`zwitness monitor ${version}${commit === null ? '' : ` (${commit})`}`)
      return CODES.UNKNOWN
    }
    const asked = whatIsAsked(args)
    const limit = context.settings.timeoutMs ?? LIMIT_MS
    const signal = AbortSignal.timeout(limit)
    const connection = await runningService(context, 'Nothing is known of the replication')
    if (args.flag('fresh')) await checkFirst(connection, args, context, signal)
    const view = await connection.get<MonitorView>('/api/monitor', {}, { timeoutMs: limit, signal })
    const findings = findingsOf(view, args, asked.check)
    const state = worstOf(findings.map((each) => each.state))
    if (out.format === 'json') out.json('monitor/1', { state, code: CODES[state], findings })
    else io.stdout((asked.format === 'checkmk' ? checkmkOutput : nagiosOutput)(findings, asked))
    return CODES[state]
  },
}

interface Wanted extends Asked {
  readonly check: Check
  readonly format: string
}

/** @throws UsageError */
function whatIsAsked(args: Arguments): Wanted {
  const check = CHECKS.find((each) => each === (args.text('check') ?? 'state'))
  if (check === undefined) throw new UsageError(`--check ${args.text('check')}: write ${CHECKS.join(', ')}.`)
  const format = args.text('format') ?? 'nagios'
  if (!FORMATS.includes(format)) throw new UsageError(`--format ${format}: write ${FORMATS.join(' or ')}.`)
  if (check === 'alive' && (args.text('warning') ?? args.text('critical')) !== null)
    throw new UsageError('--check alive has nothing to measure; leave -w and -c out.')
  if (args.operands.length > 0 && args.text('pair') !== null)
    throw new UsageError('Name datasets, or give --pair, not both.')
  return { check, format, noun: check === 'alive' ? 'SAN' : 'dataset' }
}

function findingsOf(view: MonitorView, args: Arguments, check: Check): readonly Finding[] {
  const datasets = chosen(view, args)
  if (check === 'alive') {
    const used = new Set(datasets.flatMap(({ primary, backup }) => [primary, backup]))
    const hosts = view.hosts.filter(({ id }) => used.has(id))
    if (hosts.length === 0) throw nothing('SAN')
    return hosts.map(aliveFinding)
  }
  const form = {
    unit: check === 'count' ? 'number' : 'time',
    alone: check === 'count' || check === 'oldest' ? 'least' : 'most',
  } as const
  const thresholds = {
    warn: parseRange('-w', args.text('warning'), form),
    critical: parseRange('-c', args.text('critical'), form),
  }
  if (datasets.length === 0) throw nothing('dataset')
  // By the clock of the witness: this machine's may be another one.
  const now = Date.parse(view.asOf)
  // Of one that is gone on the primary there is nothing to measure, only to say.
  return datasets.map((dataset) => JUDGES[dataset.retired ? 'state' : check](dataset, thresholds, now))
}

/** @throws Failure for a dataset or pair that the witness does not have: a name that was mistyped must not be OK. */
function chosen({ datasets }: MonitorView, args: Arguments): MonitorView['datasets'] {
  const ids = args.operands
  const pair = args.text('pair')
  const unknown = ids.filter((id) => !datasets.some((dataset) => dataset.id === id))
  if (unknown.length > 0) throw new Failure(EXIT.NOT_FOUND, `The witness has no dataset ${someOf(unknown)}.`)
  if (ids.length > 0) return datasets.filter(({ id }) => ids.includes(id))
  const living = datasets.filter(({ retired }) => !retired)
  if (pair === null) return living
  const ofPair = living.filter((dataset) => dataset.pair === pair)
  if (ofPair.length === 0) throw new Failure(EXIT.NOT_FOUND, `The witness has no dataset of a pair ${pair}.`)
  return ofPair
}

/** None at all is not all of them well. */
function nothing(noun: string): Failure {
  return new Failure(EXIT.NOT_FOUND, `The witness watches no ${noun}.`)
}

/** Looks at what is asked for now; one that looks already is waited for. @throws Failure where it takes too long */
async function checkFirst(
  connection: Connection,
  args: Arguments,
  { io }: Context,
  signal: AbortSignal,
): Promise<void> {
  const pair = args.text('pair')
  const which = args.operands.length > 0 ? { datasetIds: args.operands } : pair === null ? {} : { pair }
  let id: string
  try {
    id = (await connection.post<RunView>('/api/run', { ...which, mode: 'CHECK' }, { signal })).id
  } catch (error) {
    if (!(error instanceof Refused) || error.problem.runId === null) throw error
    id = error.problem.runId
  }
  while (!signal.aborted) {
    const run = await connection.get<RunView>(`/api/runs/${encodeURIComponent(id)}`, {}, { signal })
    if (run.finishedAt !== null) return
    await io.sleep(POLL_MS, signal)
  }
  throw new Failure(EXIT.LATER, `The check (run ${id}) takes longer than the time-out (-t); it goes on.`)
}
