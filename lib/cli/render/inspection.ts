import { counted } from '#lib/text/words.ts'
import type { DoctorReportView, VerificationView } from '../answers.ts'
import { paint, type Span, type Text } from '../text.ts'

type Finding = DoctorReportView['findings'][number]

const SIGNS: Readonly<Record<string, Span>> = {
  OK: paint('green', '✓'),
  WARNING: paint('yellow', '▲'),
  FAILED: paint('red', '✗'),
  SKIPPED: paint('dim', '–'),
}

/** In the doctor's order, what belongs together under one heading. Datasets that are fine are counted, unless `all`. */
export function doctorLines({ findings, counts }: DoctorReportView, all: boolean): Text[] {
  const shown = findings.filter((finding) => all || finding.subject.kind !== 'DATASET' || finding.state !== 'OK')
  const datasets = findings.filter(({ subject }) => subject.kind === 'DATASET')
  const fine = new Set(datasets.map(({ subject }) => subject.id))
  for (const { subject, state } of datasets) if (state !== 'OK') fine.delete(subject.id)
  const lines: Text[] = []
  let heading = ''
  for (const finding of shown) {
    const next = headingOf(finding)
    if (next !== heading) lines.push(...(heading === '' ? [] : ['']), paint('bold', next))
    heading = next
    lines.push(...findingLines(finding))
  }
  if (!all && fine.size > 0)
    lines.push('', [
      SIGNS.OK ?? '',
      ` ${fine.size === 1 ? '1 dataset is' : `${fine.size} datasets are`} as they should be (--verbose names them).`,
    ])
  const words = [
    counts.FAILED > 0 ? paint('red', `${counts.FAILED} failed`) : null,
    counts.WARNING > 0 ? paint('yellow', `${counted(counts.WARNING, 'warning')}`) : null,
    counts.SKIPPED > 0 ? paint('dim', `${counts.SKIPPED} not looked at`) : null,
  ].filter((word) => word !== null)
  lines.push(
    '',
    words.length === 0 ? paint('green', 'Everything is as it should be.') : joined([...words, `${counts.OK} fine`]),
  )
  return lines
}

/** Only the lines to paste, each once, under the machine where it is run. */
export function fixLines({ findings }: DoctorReportView): Text[] {
  const fixes = findings.flatMap(({ fix }) => fix)
  const places = [...new Set(fixes.map(({ host }) => host))]
  return places.flatMap((host) => [
    paint('dim', host === null ? '# on the witness:' : `# on ${host}, as root:`),
    ...new Set(fixes.filter((fix) => fix.host === host).map(({ command }) => command)),
  ])
}

function findingLines({ check, state, message, cure, fix }: Finding): Text[] {
  return [
    [SIGNS[state] ?? '?', ' ', paint('dim', check.padEnd(13)), ' ', message],
    ...(cure === null ? [] : [['    ', cure]]),
    ...fix.map(({ host, command }): Text => ['    ', paint('dim', host === null ? '' : `${host}: `), command]),
  ]
}

function headingOf({ subject }: Finding): string {
  return subject.kind === 'WITNESS' ? 'witness' : subject.id
}

function joined(parts: readonly Text[]): Text {
  return parts.flatMap((part, index): Text[] => (index === 0 ? [part] : [', ', part]))
}

const RESULT_SIGNS: Readonly<Record<string, Span>> = {
  VERIFIED: paint('green', '✓'),
  ATTENTION: paint('yellow', '▲'),
  UNKNOWN: paint('dim', '?'),
  FAILED: paint('red', '✗'),
}

export function verificationSign(result: string): Span {
  return RESULT_SIGNS[result] ?? paint('dim', '?')
}

/** What was compared, what is wrong, and how the backup would be restored. */
export function verificationLines(verification: VerificationView): Text[] {
  const { datasetId, result, summary, findings, history, pool, restore } = verification
  return [
    [verificationSign(result), ' ', paint('bold', datasetId), `  ${result}`],
    summary,
    ...findings.flatMap(({ code, state, message, cure }): Text[] => [
      [verificationSign(state), ' ', paint('dim', `${code}: `), message],
      ...(cure === null ? [] : [['    ', cure]]),
    ]),
    ...(history === null
      ? []
      : [
          paint(
            'dim',
            `${history.commonCount} common, ${history.gaps.length} missing between them (${history.leftOut} more not wanted), ${history.keptOnBackup} kept longer on the backup, ${history.renamed} renamed.`,
          ),
        ]),
    paint(
      'dim',
      `Pool ${pool.name}: last scrub ${pool.scrubbedAt ?? 'not on record'}, ${pool.dataErrors ?? 'no known errors'}.`,
    ),
    '',
    paint(
      'bold',
      restore.possible === true
        ? 'It can be restored on its own:'
        : restore.possible === false
          ? 'It cannot be restored:'
          : 'Whether it can be restored is not known:',
    ),
    ...(restore.command === null ? [] : [['  ', restore.command]]),
    ...(restore.withHistory.length === 0
      ? []
      : ['  or with every older snapshot:', ...restore.withHistory.map((line) => `  ${line}`)]),
    ...restore.needs.map((need): Text => ['  - ', need]),
  ]
}
