import type { ChangeView, DatasetHistoryView, HistoryView } from '../answers.ts'
import { type Arguments, parseDuration, wholeNumber } from '../arguments.ts'
import type { Command } from '../command.ts'
import { datasetPath, readPages } from '../connection.ts'
import { EXIT } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import { historyLines } from '../render/history.ts'

export const history: Command = {
  name: 'history',
  summary: 'What became of everything, or of one dataset: each change, how long it lasted, what ended it.',
  usage: '[<id>] [--since 7d|DATE] [--until 1d|DATE] [--host HOST] [--limit N]',
  operands: [0, 1],
  proposes: ['dataset'],
  options: [
    { name: 'since', value: 'WHEN', summary: 'Began then or later: 7d, 12h, 2026-11-22, 2026-11-22T14:00:00Z.' },
    { name: 'until', value: 'WHEN', summary: 'Began before that.' },
    { name: 'host', value: 'HOST', proposes: 'host', summary: 'Only of this SAN, its pools and its datasets.' },
    { name: 'limit', value: 'N', summary: 'At most so many (50).' },
  ],
  help: [
    'A DATE without a time is the beginning of that day, by the clock of this terminal.',
    'A dataset that is merely behind, or up to date again, has not changed: that happens with every snapshot.',
    'With --plain: id, at, subject, dataset, host, pool, status before, reason before, status, reason, ended at, ended by, run, who, message.',
  ],
  async run(args, context) {
    const { out, io } = context
    const [id] = args.operands
    const host = args.text('host')
    if (id !== undefined && host !== null) throw new UsageError('Give a dataset or --host, not both.')
    const from = momentOf(args, 'since', io.now())
    const to = momentOf(args, 'until', io.now())
    const most = wholeNumber('--limit', args.text('limit') ?? '50')
    const connection = await context.connect()
    const path = id === undefined ? '/api/history' : datasetPath(id, '/history')
    const found = await readPages<ChangeView, HistoryView | DatasetHistoryView>(
      connection,
      path,
      { from, to, host },
      { most, pageSize: 500 },
    )
    const { items, first, hasMore } = found
    const beside = 'gaps' in first ? { inForce: first.inForce, gaps: first.gaps } : {}
    if (out.format === 'json') out.json('history/1', { items, ...beside })
    else if (out.format === 'plain') for (const change of items) out.record(recordOf(change))
    else for (const line of historyLines({ items, ...beside })) out.line(line)
    if (items.length === 0) out.note('Nothing changed, as far as is on record.')
    if (hasMore) out.note(`There is more: --limit ${most * 10}, or a shorter time.`)
    return EXIT.DONE
  },
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** RFC 3339; null where the option was not given. @throws UsageError */
function momentOf(args: Arguments, option: 'since' | 'until', now: number): string | null {
  const text = args.text(option)
  if (text === null) return null
  if (/^\d+[smhdw]/.test(text) && !/^\d{4}-/.test(text))
    return new Date(now - parseDuration(`--${option}`, text) * 1000).toISOString()
  const at = Date.parse(DAY.test(text) ? `${text}T00:00` : text)
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(at)) return new Date(at).toISOString()
  throw new UsageError(
    `--${option} ${text}: write how long ago (12h, 7d), or a moment (2026-11-22, 2026-11-22T14:00:00Z).`,
  )
}

function recordOf(change: ChangeView): (string | null)[] {
  const { id, at, subject, datasetId, host, pool, from, to, ended, message } = change
  return [
    ...[id, at, subject, datasetId, host, pool, from?.status ?? null, from?.reason ?? null, to.status, to.reason],
    ...[ended?.at ?? null, ended?.by ?? null, ended?.runId ?? null, ended?.actor ?? null, message],
  ]
}
