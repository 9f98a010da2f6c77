import type { ReasonCode } from '../types/reason.ts'
import type { Words } from '../words.ts'
import type { Evidence, StalePrimary } from './evidence.ts'

/** What a reason says: one sentence, and the next step or null where nothing is to be done. */
export interface Sentence {
  readonly message: string
  readonly action: string | null
}
type SentenceFor<C extends ReasonCode> = (words: Words, evidence: Evidence<C>) => Sentence
export type Sentences<C extends ReasonCode> = { readonly [K in C]: SentenceFor<K> }

export function sentence(message: string, action: string | null = null): Sentence {
  return { message, action }
}

/** ` (3 snapshots, about 412 GiB)`: what is known of it, nothing where nothing is. */
export function behindWords(
  words: Words,
  behind: { readonly snapshots: number; readonly bytes: number | null },
): string {
  if (behind.snapshots === 0) return ''
  const size = behind.bytes === null ? '' : `, about ${words.bytes(behind.bytes)}`
  return ` (${words.snapshots(behind.snapshots)}${size})`
}

export function lagAction(snapshots: number): string {
  return snapshots > 0
    ? 'Preview the repair: it shows what would be sent.'
    : 'Check again once both hosts can be reached.'
}

/** Of PRIMARY_STALE and PRIMARY_STOPPED alike: only how long it has gone on differs. */
export function stalePrimary(w: Words, e: StalePrimary): Sentence {
  const rest =
    e.behind === 0
      ? `${w.backup} has everything there is; replication is not the problem.`
      : `${w.backup} lacks ${w.snapshots(e.behind)} of those there are.`
  if (e.newestSkipped === null)
    return sentence(
      `${w.primary} has taken no new snapshot for ${w.duration(e.ageSeconds)}. ${rest}`,
      `Check the snapshot schedule on ${w.primary}.`,
    )
  return sentence(
    `${w.primary} has taken no snapshot that policy wants for ${w.duration(e.ageSeconds)}; newer ones such as @${e.newestSkipped.name} are left out. ${rest}`,
    `Check \`snapshot_include\` / \`snapshot_exclude\`, and the snapshot schedule on ${w.primary}.`,
  )
}

type Facts = Pick<Evidence<'PRIMARY_EMPTY'>, 'primarySnapshots' | 'tooYoung' | 'settings'>

/** Why none of the primary's snapshots is wanted; without its full stop. */
export function whyNone(words: Words, { primarySnapshots, tooYoung, settings }: Facts): string {
  const whose = `${words.primary}'s ${words.primaryDataset}`
  if (primarySnapshots === 0) return `${whose} has no snapshot`
  if (settings.length === 0) return `${whose} has no snapshot that policy wants yet`
  const left = primarySnapshots - tooYoung
  const those =
    left === primarySnapshots
      ? left === 1
        ? 'the only one is'
        : `all ${left} are`
      : `${left} of ${primarySnapshots} are`
  return `${whose} has no snapshot that policy wants: ${those} left out by ${settings.join(' and ')}`
}

/** What a person does about it. */
export function nextForNone(words: Words, { primarySnapshots, tooYoung }: Facts): string {
  if (primarySnapshots === 0) return `Check the snapshot schedule on ${words.primary}.`
  if (tooYoung > 0)
    return `${words.snapshots(tooYoung)} will be wanted once older than \`min_age_hours\`; until then there is nothing to send.`
  return `Change that setting if they are to be replicated, or take snapshots on ${words.primary} that it does not leave out.`
}

/** What a stream that is not raw gives away of a dataset that is encrypted on the primary, to whom, and where. */
export function readable(
  words: Words,
  { backupKey, everRaw }: { readonly backupKey: string | null; readonly everRaw: boolean },
): string {
  const whom = backupKey === null ? 'or gets its disks' : `while the key of ${backupKey} is loaded`
  const before = everRaw ? ' Until now it went there raw, and nobody there could read it.' : ''
  return `${words.primaryDataset} is encrypted, and by \`send.raw: false\` it leaves ${words.primary} decrypted: all that is in it and in its snapshots becomes readable on ${words.backup}, in ${words.backupDataset}, for whoever is root there ${whom}.${before}`
}
