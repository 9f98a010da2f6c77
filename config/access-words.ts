import { isIP } from 'node:net'
import { ACCESS_ROLES } from './access.ts'
import { called, either } from './fields.ts'
import { costOf, isTooDear, USUAL_COST } from './password-cost.ts'

// Rules of single values; each answers null or what to write instead.

/** Looks like a hash, whether or not it could be checked. */
export const ARGON2_HASH = /^\$argon2(id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/
const MODES = ['password', 'proxy', 'none']
export const USER_NAME = '^[a-z0-9][a-z0-9._@-]{0,63}$'

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
 * Null, or what another cost than the usual one means: how long a refusal takes tells apart who has which, and a cheap one is
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

export function checkRole(role: string): string | null {
  return (ACCESS_ROLES as readonly string[]).includes(role)
    ? null
    : `Must be ${either(ACCESS_ROLES)}; found ${called(role)}.`
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
