import { counted } from '#lib/text/words.ts'
import type { DatasetSummaryView, DiscoveryView, DoctorReportView, PageOf, VerificationView } from '../answers.ts'
import type { Command, Context } from '../command.ts'
import { datasetPath, readPages, SLOW } from '../connection.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { UsageError } from '../failure.ts'
import { doctorLines, fixLines, verificationLines, verificationSign } from '../render/inspection.ts'
import { paint } from '../text.ts'

/** Every pair is tried with real bytes, one after the other. */
const LONGEST_EXAMINATION_MS = 35 * 60_000

export const doctor: Command = {
  name: 'doctor',
  summary: 'Look at everything that replication rests on, each with its cure.',
  usage: '[--host H] [--throughput] [--fix-hints]',
  operands: [0, 0],
  options: [
    { name: 'host', value: 'HOST', proposes: 'host', summary: 'Only this host, and what it takes part in.' },
    { name: 'throughput', summary: 'Also send 64 MiB of zeros along every pair.' },
    { name: 'fix-hints', summary: 'Only the lines to paste, for each machine.' },
  ],
  help: [
    'Writes to no SAN. Ends with 0 when everything is as it should be, 4 with warnings, 1 when replication cannot work like this (or the doctor itself failed).',
    'With --plain: state, check, subject (witness, host, pair, dataset), its id, message, cure. With --plain --fix-hints: host (empty: the witness), command.',
  ],
  async run(args, { connect, out, settings }) {
    const connection = await connect()
    const host = args.text('host')
    const body = { ...(host === null ? {} : { host }), ...(args.flag('throughput') ? { throughput: true } : {}) }
    const { output } = await connection.post<{ readonly output: DoctorReportView }>('/api/functions/doctor', body, {
      timeoutMs: LONGEST_EXAMINATION_MS,
    })
    const hints = args.flag('fix-hints')
    if (out.format === 'json') out.json('doctor/1', output)
    else if (out.format === 'plain')
      for (const { state, check, subject, message, cure, fix } of output.findings) {
        if (hints) for (const each of fix) out.record([each.host, each.command])
        else out.record([state, check, subject.kind.toLowerCase(), subject.id, message, cure])
      }
    else for (const line of hints ? fixLines(output) : doctorLines(output, settings.verbose)) out.line(line)
    if (output.counts.FAILED > 0) return EXIT.FAILED
    return output.counts.WARNING > 0 ? EXIT.ATTENTION : EXIT.DONE
  },
}

export const verify: Command = {
  name: 'verify',
  summary: 'Compare backups with their primaries, guid by guid, and say how they would be restored.',
  usage: '<id>… | --all',
  operands: [0, Number.POSITIVE_INFINITY],
  proposes: ['dataset'],
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
      showVerification(context, verification, wanted.length > 1)
    }
    if (context.out.format === 'json') context.out.json('verifications/1', { items: done })
    return exitOfVerifications(done)
  },
}

function showVerification({ out, settings }: Context, verification: VerificationView, many: boolean): void {
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

function exitOfVerifications(done: readonly VerificationView[]): ExitCode {
  const results = new Set(done.map(({ result }) => result))
  if (results.has('FAILED')) return EXIT.FAILED
  if (results.has('UNKNOWN')) return EXIT.LATER
  return results.has('ATTENTION') ? EXIT.ATTENTION : EXIT.DONE
}

const LONGEST_DISCOVERY_MS = 16 * 60_000
const UNMATCHED_SHOWN = 50

export const discover: Command = {
  name: 'discover',
  summary: 'Which datasets of one SAN are copies of which of another, as lines for the configuration.',
  usage: '<primary> <backup>',
  operands: [2, 2],
  proposes: ['host'],
  options: [],
  help: [
    'Both are ids under san_hosts. Datasets are matched by the guids of their snapshots, whatever they are called. Writes nothing, also not to the configuration.',
    'The YAML is on stdout, what has no counterpart on stderr.',
    'With --plain: "mapping", primary, backup, common snapshots, newest common, behind, configured id; then "without-backup" or "without-primary", dataset, snapshots, note.',
  ],
  async run({ operands: [primary = '', backup = ''] }, { connect, out }) {
    const connection = await connect()
    const answer = await connection.post<{ readonly output: DiscoveryView }>(
      '/api/functions/discover',
      { primary, backup },
      { timeoutMs: LONGEST_DISCOVERY_MS },
    )
    const { output } = answer
    if (out.format === 'json') out.json('discovery/1', output)
    else if (out.format === 'plain') {
      for (const { primary: from, backup: to, commonCount, newestCommon, behind, configured } of output.mappings)
        out.record(['mapping', from, to, commonCount, newestCommon.name, behind, configured])
      for (const { dataset, snapshots, note } of output.withoutBackup)
        out.record(['without-backup', dataset, snapshots, note])
      for (const { dataset, snapshots, note } of output.withoutPrimary)
        out.record(['without-primary', dataset, snapshots, note])
    } else {
      for (const line of output.yaml.trimEnd().split('\n')) out.line(line)
      list(`On ${primary}, without a backup on ${backup}:`, output.withoutBackup)
      list(`On ${backup}, without a primary on ${primary}:`, output.withoutPrimary)
    }
    return EXIT.DONE

    function list(title: string, datasets: DiscoveryView['withoutBackup']): void {
      if (datasets.length === 0) return
      out.note(paint('bold', title))
      for (const { dataset, snapshots, note, configured } of datasets.slice(0, UNMATCHED_SHOWN)) {
        const about = [
          note ?? `${counted(snapshots, 'snapshot')}`,
          configured === null ? '' : `watched as ${configured}`,
        ]
        out.note(`  ${dataset}  ${about.filter((part) => part !== '').join(', ')}`)
      }
      if (datasets.length > UNMATCHED_SHOWN)
        out.note(`  and ${datasets.length - UNMATCHED_SHOWN} more (--json has them all)`)
    }
  },
}
