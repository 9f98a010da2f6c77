/**
 * Words that end on a command line, in an address or in a pattern. Each rule answers null or what to write instead; whatever
 * could begin an option or a shell word is refused here, once, at the door. Those for ssh are in lib/ssh/config-words.ts.
 */

export const DATASET_ID = '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}$'

const matches = (pattern: string, text: string): boolean => new RegExp(pattern).test(text)
const quoted = (text: string): string => JSON.stringify(text)

export function checkCommandWord(text: string): string | null {
  return /^[A-Za-z0-9_./=-]+$/.test(text)
    ? null
    : `The word ${quoted(text)} is refused; write one plain word of the command per list item, for example [sudo, -n, zfs].`
}

export function checkDatasetId(text: string): string | null {
  return matches(DATASET_ID, text)
    ? null
    : `The id ${quoted(text)} is refused; write letters, digits and _ . : - only, beginning with a letter or digit, at most 200.`
}

/** A glob on the part after `@`. */
export function checkSnapshotGlob(text: string): string | null {
  if (text === '') return 'An empty pattern matches nothing; write for example autosnap_*.'
  if (text.includes('@'))
    return `Leave out everything up to the @: write ${quoted(text.slice(text.lastIndexOf('@') + 1) || 'autosnap_*')}.`
  return /^[A-Za-z0-9_.: *?-]+$/.test(text)
    ? null
    : `The pattern ${quoted(text)} is refused; snapshot names have letters, digits and _ - : . only, with * for anything and ? for one character.`
}

/** A glob on dataset names below a recursive root. */
export function checkChildGlob(text: string): string | null {
  if (text === '') return 'An empty pattern matches nothing; write for example scratch/*.'
  if (text.startsWith('/') || text.endsWith('/'))
    return `Write ${quoted(text.replaceAll(/^\/+|\/+$/g, '') || 'scratch')}: relative to the dataset, without a slash at the ends.`
  return /^[A-Za-z0-9_.:*?/-]+$/.test(text) && !text.includes('//')
    ? null
    : `The pattern ${quoted(text)} is refused; write names below the dataset, with * for anything and ? for one character.`
}
