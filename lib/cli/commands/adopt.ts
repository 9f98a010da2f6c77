import type { AdoptResultsView, DecisionsView } from '#lib/api/adopt.ts'
import { shellWord } from '#lib/text/shell.ts'
import type { DatasetDetailView, RunView } from '../answers.ts'
import type { Arguments } from '../arguments.ts'
import { confirmYes } from '../ask.ts'
import type { Command, Context } from '../command.ts'
import { type Connection, datasetPath, SLOW } from '../connection.ts'
import { EXIT, type ExitCode, worstExit } from '../exit-codes.ts'
import { Failure, UsageError } from '../failure.ts'
import { onlyOnBackup } from '../render/dataset.ts'
import { sizeOrUnknown } from '../render/words.ts'
import { follow, waitForRun } from '../wait.ts'

export const adopt: Command = {
  name: 'adopt',
  summary: 'Say that these primaries are the ones to follow; their backups may be set aside.',
  usage: '[<id>…] [--reason TEXT] [--yes] [--wait]',
  operands: [0, 1000],
  proposes: ['dataset'],
  options: [
    { name: 'yes', short: 'y', summary: 'Do not ask.' },
    { name: 'reason', value: 'TEXT', summary: 'Kept with the runs, and in the audit.' },
    { name: 'wait', summary: 'Of a primary in doubt: until the scan that follows has ended.' },
  ],
  help: [
    'Without a name: all that need nothing but this decision. Each is shown with what is set aside, then asked for once.',
    'A primary in doubt (PRIMARY_LOST_HISTORY, PRIMARY_REPLACED, PRIMARY_REWOUND) is adopted by its name and with a --reason,',
    'which the audit keeps: look at what only the backup has first. A scan follows, which repairs what policy allows.',
    'What has changed in between is left out and said; the exit code is then 6.',
  ],
  async run(args, context) {
    const { out } = context
    const connection = await context.connect()
    // Nothing has looked yet in a process of its own.
    if (connection.kind === 'local')
      await waitForRun(context, connection, await connection.post<RunView>('/api/run', { mode: 'CHECK' }))
    const named: DatasetDetailView[] = []
    for (const id of args.operands) named.push(await connection.get<DatasetDetailView>(datasetPath(id)))
    const doubted = named.filter(({ inDoubt }) => inDoubt.length > 0)
    const other = named.find(({ inDoubt }) => inDoubt.length === 0)
    if (doubted[0] !== undefined && other !== undefined)
      throw new UsageError(
        `The primary of ${doubted[0].id} is in doubt, that of ${other.id} is not: these are two decisions, adopt them one after the other.`,
        `zwitness show ${shellWord(doubted[0].id)}`,
      )
    if (doubted.length > 0) return adoptPrimaries(args, context, connection, doubted)
    const { items } = await connection.get<DecisionsView>('/api/adopt')
    const unknown = args.operands.find((id) => !items.some(({ datasetId }) => datasetId === id))
    if (unknown !== undefined)
      throw new Failure(EXIT.REFUSED, `${unknown} waits for no decision of this kind.`, {
        next: `zwitness show ${shellWord(unknown)}`,
      })
    const chosen =
      args.operands.length === 0 ? items : items.filter(({ datasetId }) => args.operands.includes(datasetId))
    if (chosen.length === 0) {
      out.note('No dataset waits for a decision.')
      return EXIT.DONE
    }
    // Whoever is asked sees what about, --quiet or not.
    const show = (line: string) => (args.flag('yes') ? out.note : out.error)(line)
    for (const item of chosen) {
      show(
        `${item.datasetId}  ${item.primary.host}:${item.primary.dataset} → ${item.backup.host}:${item.backup.dataset}`,
      )
      show(`  ${item.because}`)
      show(`  ${item.outcome}`)
      const aside =
        item.setAside === null ? 'nothing' : `${item.setAside.name} (${sizeOrUnknown(item.setAside.usedBytes)})`
      show(`  Set aside: ${aside}. To be sent: ${sizeOrUnknown(item.estimateBytes)}.`)
    }
    if (!args.flag('yes')) await confirmYes(context, question(chosen.length))
    const choices = chosen.map(({ datasetId, planHash }) => ({ datasetId, planHash }))
    const body = { choices, reason: args.text('reason') ?? undefined }
    const results = await connection.post<AdoptResultsView>('/api/adopt', body, SLOW)
    if (out.format === 'json') out.json('adopted/1', results)
    else
      for (const { datasetId, accepted, runId, message } of results.items) {
        if (out.format === 'plain') out.record([datasetId, accepted ? 'queued' : 'refused', runId, message])
        else out.line(accepted ? `${datasetId}: run ${runId}` : `${datasetId}: left out. ${message}`)
      }
    const first = results.items.find(({ accepted }) => accepted)
    const exit = results.items.every(({ accepted }) => accepted) ? EXIT.DONE : EXIT.CONFLICT
    if (first === undefined || connection.kind !== 'local') return exit
    const begun = await connection.get<RunView>(`/api/runs/${first.runId}`)
    return worstExit([exit, await follow(context, connection, begun, true)])
  },
}

function question(count: number): string {
  return count === 1
    ? 'Is this primary the one to follow? Its backup may be set aside.'
    : `Are these ${count} primaries the ones to follow? Their backups may be set aside.`
}

/** By name and with a reason: what a primary has lost is perhaps nowhere but on its backup. */
async function adoptPrimaries(
  args: Arguments,
  context: Context,
  connection: Connection,
  doubted: readonly DatasetDetailView[],
): Promise<ExitCode> {
  const { out } = context
  const reason = args.text('reason')
  const [first] = doubted
  if (reason === null && first !== undefined)
    throw new UsageError(
      `${first.id} is held for ${first.inDoubt.join(', ')}: say with --reason why its primary is right.`,
      `zwitness show ${shellWord(first.id)}`,
    )
  const show = (line: string) => (args.flag('yes') ? out.note : out.error)(line)
  for (const { id, inDoubt, reasons } of doubted) {
    show(id)
    for (const { code, message, evidence } of reasons.filter((each) => inDoubt.includes(each.code))) {
      show(`  ${code}: ${message}`)
      for (const line of onlyOnBackup(evidence)) show(`    ${line}`)
    }
  }
  const which = doubted.length === 1 ? 'Is this primary' : `Are these ${doubted.length} primaries`
  if (!args.flag('yes'))
    await confirmYes(
      context,
      `${which} to be followed as now? What policy allows then runs by itself: a backup may be set aside.`,
    )
  const ends: ExitCode[] = []
  for (const { id } of doubted) {
    const run = await connection.post<RunView>(datasetPath(id, '/adopt'), { reason })
    ends.push(await follow(context, connection, run, args.flag('wait')))
  }
  return worstExit(ends)
}
