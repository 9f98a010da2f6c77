import { riskOf } from '../chain/at-risk.ts'
import type { Rule } from './context.ts'
import { fact } from './listed.ts'

export const bookmarkBaseRule: Rule = ({ comparison, tell }) => {
  const base = comparison?.base ?? null
  if (comparison === null || base === null || base.kind !== 'bookmark') return []
  const evidence = { bookmark: base.name, guid: base.guid, backupSnapshot: base.backupName }
  const said = tell('BASE_IS_BOOKMARK', { ...evidence, behind: comparison.behind.length })
  // Nothing waits for it: the next snapshot starts from there, and that is no alarm.
  return [comparison.behind.length === 0 ? { ...said, severity: 'NOTE' } : said]
}

/** Retention on the primary could end the chain. */
export const chainAtRiskRule: Rule = ({ input, comparison, primary, lag, tell }) => {
  if (primary === null || comparison === null) return []
  const risk = riskOf(input, primary, comparison, lag.delaySeconds)
  if (risk === null) return []
  const { commonCount: commonSnapshots } = comparison
  return [tell('CHAIN_AT_RISK', { ...risk, commonSnapshots, snapshot: fact(risk.snapshot) })]
}
