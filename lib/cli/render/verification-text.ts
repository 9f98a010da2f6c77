import type { VerificationView } from '../api-types.ts'
import { paint, type Span, type Text } from '../text.ts'

const SIGNS: Readonly<Record<string, Span>> = {
  VERIFIED: paint('green', '✓'),
  ATTENTION: paint('yellow', '▲'),
  UNKNOWN: paint('dim', '?'),
  FAILED: paint('red', '✗'),
}

export function verificationSign(result: string): Span {
  return SIGNS[result] ?? paint('dim', '?')
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
