import type { Words } from '../words.ts'
import type { Evidence } from './evidence.ts'

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
