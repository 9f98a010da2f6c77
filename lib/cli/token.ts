import { UsageError } from './failure.ts'
import { readSecretFile } from './secret-file.ts'
import type { Settings } from './settings.ts'

/** What is sent with `--url`, or null. What was typed goes before a file. @throws UsageError */
export function tokenOf({ token, tokenFile }: Pick<Settings, 'token' | 'tokenFile'>): string | null {
  const found = (token ?? (tokenFile === null ? null : readSecretFile('--token-file', tokenFile)))?.trim() ?? null
  if (found === null) return null
  // It becomes a header; a line end inside would begin another one.
  if (/^[\x21-\x7e]+$/.test(found)) return found
  throw new UsageError(
    `The token ${token === null ? `in ${tokenFile} ` : ''}is empty or holds blanks; zwitness token create NAME makes one.`,
  )
}
