import { checkSetting, fullName } from '../properties/validate.ts'
import type { DatasetRecord, PoolRecord } from '../state/model.ts'
import { mayDo, rightToSet } from '../state/rights.ts'
import { Failure } from '../words/fail.ts'

/** Splits the values of `-o`; a property given twice is refused. */
export function parseAssignments(texts: readonly string[], usage: string): Map<string, string> {
  const result = new Map<string, string>()
  for (const text of texts) {
    const at = text.indexOf('=')
    if (at < 0) throw new Failure(`missing '=' for property=value argument\n${usage}`, 2)
    const name = fullName(text.slice(0, at))
    if (result.has(name)) throw new Failure(`property '${name}' specified multiple times\n${usage}`, 2)
    result.set(name, text.slice(at + 1))
  }
  return result
}

/** Checks what a new dataset shall be made with, rights included, and returns it as stored. */
export function checkedProperties(
  assignments: ReadonlyMap<string, string>,
  type: DatasetRecord['type'],
  refuse: (fault: string) => Failure,
  user: string,
  pool: PoolRecord,
  parent: DatasetRecord,
): Record<string, string> {
  const properties: Record<string, string> = {}
  for (const [name, value] of assignments) {
    const checked = checkSetting(name, value, type, true)
    if ('fault' in checked) throw refuse(checked.fault)
    properties[name] = checked.value
  }
  for (const name of assignments.keys()) {
    if (!mayDo(user, pool, parent, rightToSet(name))) throw refuse('permission denied')
  }
  return properties
}
