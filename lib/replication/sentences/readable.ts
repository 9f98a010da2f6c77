import type { Words } from '../words.ts'

/** What a stream that is not raw gives away of a dataset that is encrypted on the primary, to whom, and where. */
export function readable(
  words: Words,
  { backupKey, everRaw }: { readonly backupKey: string | null; readonly everRaw: boolean },
): string {
  const whom = backupKey === null ? 'or gets its disks' : `while the key of ${backupKey} is loaded`
  const before = everRaw ? ' Until now it went there raw, and nobody there could read it.' : ''
  return `${words.primaryDataset} is encrypted, and by \`send.raw: false\` it leaves ${words.primary} decrypted: all that is in it and in its snapshots becomes readable on ${words.backup}, in ${words.backupDataset}, for whoever is root there ${whom}.${before}`
}
