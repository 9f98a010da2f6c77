import { isIP } from 'node:net'
import { called, either } from '#lib/settings/fields.ts'
import { costOf, isTooDear, USUAL_COST } from './password-cost.ts'

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

// Rules of single values; each answers null or what to write instead.

/** Looks like a hash, whether or not it could be checked. */
export const ARGON2_HASH = /^\$argon2(id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/
const MODES = ['password', 'proxy', 'none']
const USER_NAME = '^[a-z0-9][a-z0-9._@-]{0,63}$'

export function checkMode(mode: string): string | null {
  if (MODES.includes(mode)) return null
  if (mode === 'loopback')
    return 'auth.mode loopback is gone: whoever reaches the port signs in. Leave auth out and create users (zwitness user add), or write { mode: none, none_role: operator }.'
  return `Must be ${either(MODES)}; found ${called(mode)}.`
}

export function checkUserName(name: string): string | null {
  if (new RegExp(USER_NAME).test(name)) return null
  const lower = name.toLowerCase()
  const cure = lower !== name && new RegExp(USER_NAME).test(lower) ? ` Write ${lower}.` : ''
  return `The user name ${JSON.stringify(name)} is refused; names are lower-case letters, digits and . _ @ -, beginning with a letter or digit, at most 64.${cure}`
}

const CURE = 'zwitness user hash asks for a password and prints the line to write here.'

/** The value itself is never shown. */
export function checkPasswordHash(hash: string): string | null {
  const cost = costOf(hash)
  if (cost === null) return `Is no argon2id hash; ${CURE}`
  return isTooDear(cost)
    ? `Its cost (${cost}) is so high that a few people who guess would take the memory of the machine; ${CURE}`
    : null
}

/**
 * Null, or what another cost than the usual one means: how long a refusal takes would reveal who has which, and a cheap one is
 * guessed sooner by whoever got hold of the file.
 */
export function oddCost(name: string, hash: string): string | null {
  const cost = costOf(hash)
  if (cost === null || cost === USUAL_COST) return null
  return `The hash of ${name} has another cost (${cost}) than those that zwitness makes (${USUAL_COST}), so that it is guessed at another speed, and refusals do not all take the same time. Write one that zwitness user hash prints.`
}

export function checkHeaderName(name: string): string | null {
  return /^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name)
    ? null
    : `${called(name)} is no name of a header; write for example Remote-User.`
}

/** `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`. */
export function checkNetwork(text: string): string | null {
  const [address = '', bits, ...rest] = text.split('/')
  const kind = isIP(address)
  const most = kind === 4 ? 32 : 128
  const sound =
    kind !== 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
  if (!sound)
    return `${called(text)} is no address; write the address of the proxy as the witness sees it, for example 127.0.0.1 or 10.0.0.0/24.`
  return bits === '0' ? `${text} means every address of the world; write only the proxy's own.` : null
}
