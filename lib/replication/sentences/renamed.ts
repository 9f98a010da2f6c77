import type { Words } from '../words.ts'

/** Of a primary that is missing. */
export type RenamedFacts = {
  /** The name that this very dataset has by now, by guid; null: it was not found. */
  readonly renamedTo: string | null
  /** The configuration names its root, not it. */
  readonly child: boolean
}

/** With the backup named as it is: where the configuration leaves it out, it would follow the new name. */
export function renamedLine(w: Words, name: string): string {
  return `name: ${yamlWord(name)}, backup_dataset: ${yamlWord(w.backupDataset)}`
}

/** A dataset's name as YAML has it. */
export function yamlWord(name: string): string {
  return /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/.test(name) ? name : JSON.stringify(name)
}
