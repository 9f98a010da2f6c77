import { utcTime } from '#lib/zfs/cells.ts'
import { checkDatasetName } from '#lib/zfs/names.ts'
import type { DiscoveredMapping, Discovery } from './types.ts'

/** A `pairs:` section with every mapping that was found. What is watched already stands there as a comment. */
export function discoveredYaml(found: Pick<Discovery, 'primary' | 'backup' | 'mappings'>): string {
  const { primary, backup, mappings } = found
  const fresh = mappings.filter((mapping) => mapping.configured === null && refused(mapping) === null)
  const lines = mappings.flatMap(linesOf)
  if (mappings.length === 0) return `# Nothing on ${backup} holds a snapshot of ${primary}.\n`
  const text = [
    'pairs:',
    `  - name: ${JSON.stringify(`${primary.toUpperCase()} → ${backup.toUpperCase()}`)}`,
    `    primary: ${primary}`,
    `    backup: ${backup}`,
    '    datasets:',
    ...lines.map((line) => `      ${line}`),
  ]
  // Nothing of it is to be pasted: a pair without datasets would be refused.
  return `${text.map((line) => (fresh.length > 0 ? line : `# ${line}`)).join('\n')}\n`
}

function linesOf(mapping: DiscoveredMapping): readonly string[] {
  const { newestCommon, commonCount, behind, configured } = mapping
  const taken = newestCommon.creation === null ? '' : ` of ${day(newestCommon.creation)}`
  const waits = behind === 0 ? 'nothing newer' : `${behind} newer on the primary`
  const about = `# newest common @${newestCommon.name}${taken}, ${commonCount} in common, ${waits}`
  const line = `- { name: ${word(mapping.primary)}, backup_dataset: ${word(mapping.backup)} }`
  const why = configured !== null ? `watched already as ${configured}` : refused(mapping)
  return why === null ? [about, line] : [`${about}; ${why}`, `# ${line}`]
}

/** Why a line of this would be refused by the configuration, or null. */
function refused({ primary, backup }: DiscoveredMapping): string | null {
  const fault = [primary, backup]
    .map((name) => checkDatasetName(name, { allowSpaces: false }))
    .find((each) => each !== null)
  return fault ?? null
}

/** Names hold nothing that YAML would take for anything else, except a colon or a blank. */
function word(name: string): string {
  return /^[A-Za-z][A-Za-z0-9_./-]*$/.test(name) ? name : JSON.stringify(name)
}

function day(seconds: number): string {
  return `${utcTime(seconds).slice(0, 16)}Z`
}
