import type { DatasetSummaryView, PageOf, VerificationView } from '../api-types.ts'
import type { Command, Context } from '../command.ts'
import { SLOW } from '../connection.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import { datasetPath } from '../option-values.ts'
import { readPages } from '../pages.ts'
import { verificationLines, verificationSign } from '../render/verification-text.ts'
import { paint } from '../text.ts'

export const verify: Command = {
  name: 'verify',
  summary: 'Compare backups with their primaries, guid by guid, and say how they would be restored.',
  usage: '<id>… | --all',
  operands: [0, Number.POSITIVE_INFINITY],
  options: [{ name: 'all', summary: 'Every dataset.' }],
  help: [
    'Writes to no SAN; what comes of it is kept with each dataset. The service does this by itself once a week (scheduler.verify_cron).',
    'Ends with 0 when all are verified, 4 when something should be put right, 1 when a backup cannot be relied on, 75 when a side could not be read.',
    'With --plain: dataset, result, common snapshots, gaps, restore possible, summary.',
  ],
  async run(args, context) {
    const ids = args.operands
    if ((ids.length === 0) !== args.flag('all')) throw new UsageError('Name the datasets, or give --all.')
    const connection = await context.connect()
    const wanted = args.flag('all')
      ? (
          await readPages<DatasetSummaryView, PageOf<DatasetSummaryView>>(
            connection,
            '/api/datasets',
            {},
            { most: Number.POSITIVE_INFINITY, pageSize: 500 },
          )
        ).items
          .filter(({ retired }) => !retired)
          .map(({ id }) => id)
      : ids
    const done: VerificationView[] = []
    for (const id of wanted) {
      const verification = await connection.post<VerificationView>(datasetPath(id, '/verify'), {}, SLOW)
      done.push(verification)
      show(context, verification, wanted.length > 1)
    }
    if (context.out.format === 'json') context.out.json('verifications/1', { items: done })
    return exitOf(done)
  },
}

function show({ out, settings }: Context, verification: VerificationView, many: boolean): void {
  const { datasetId, result, history, restore, summary } = verification
  if (out.format === 'json') return
  if (out.format === 'plain')
    out.record([
      datasetId,
      result,
      history?.commonCount ?? null,
      history?.gaps.length ?? null,
      restore.possible,
      summary,
    ])
  else if (many && !settings.verbose)
    out.line([verificationSign(result), ' ', paint('bold', datasetId), `  ${summary}`])
  else for (const line of verificationLines(verification)) out.line(line)
}

function exitOf(done: readonly VerificationView[]): ExitCode {
  const results = new Set(done.map(({ result }) => result))
  if (results.has('FAILED')) return EXIT.FAILED
  if (results.has('UNKNOWN')) return EXIT.LATER
  return results.has('ATTENTION') ? EXIT.ATTENTION : EXIT.DONE
}
