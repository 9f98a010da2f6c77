import { riskOf } from '../chain/at-risk.ts'
import type { Rule } from './context.ts'
import { fact } from './listed.ts'

export const bookmarkBaseRule: Rule = ({ comparison, tell }) => {
  const base = comparison?.base ?? null
  if (base === null || base.kind !== 'bookmark') return []
  return [tell('BASE_IS_BOOKMARK', { bookmark: base.name, guid: base.guid, backupSnapshot: base.backupName })]
}

/** Retention on the primary could end the chain. */
export const chainAtRiskRule: Rule = ({ input, comparison, primary, lag, tell }) => {
  if (primary === null || comparison === null) return []
  const risk = riskOf(input, primary, comparison, lag.delaySeconds)
  if (risk === null) return []
  const { commonCount: commonSnapshots } = comparison
  return [tell('CHAIN_AT_RISK', { ...risk, commonSnapshots, snapshot: fact(risk.snapshot) })]
}
