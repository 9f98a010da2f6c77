import { isIP } from 'node:net'

/**
 * Words that end in a generated ssh_config or on a command line. Each rule answers null or what to write instead; whatever
 * could begin a new directive, an option or a shell word is refused here, once, at the door.
 */

export const HOST_ID = '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'
export const HOSTNAME = '^[A-Za-z0-9]([A-Za-z0-9.-]{0,252})$'
export const SSH_USER = '^[A-Za-z_][A-Za-z0-9_.-]{0,31}$'
export const DATASET_ID = '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}$'

const matches = (pattern: string, text: string): boolean => new RegExp(pattern).test(text)
const quoted = (text: string): string => JSON.stringify(text)

export function checkHostId(text: string): string | null {
  return matches(HOST_ID, text)
    ? null
    : `The host id ${quoted(text)} is refused; write letters, digits and _ . - only, beginning with a letter or digit (it becomes an alias in ssh_config).`
}

export function checkHostname(text: string): string | null {
  if (text === '') return 'The hostname is empty; write a DNS name or an IP address.'
  if (isIP(text) !== 0 && !text.includes('%')) return null
  if (/^\[.*\]$/.test(text)) return `Write the IPv6 address without brackets: ${text.slice(1, -1)}.`
  if (/^[^@\s]+@[^@\s]+$/.test(text))
    return 'The hostname holds a user; write the user into ssh_user and only the host here.'
  if (/^[A-Za-z0-9.-]+:\d+$/.test(text)) return 'The hostname holds a port; write it into port and only the host here.'
  if (/^[a-z]+:\/\//.test(text)) return 'The hostname is a URL; write only the host, for example hqs8.storage.local.'
  if (!matches(HOSTNAME, text) || /\.\.|-$/.test(text))
    return `The hostname ${quoted(text)} is refused; write a DNS name (letters, digits, . and -) or an IP address.`
  return null
}

export function checkSshUser(text: string): string | null {
  return matches(SSH_USER, text)
    ? null
    : `The user ${quoted(text)} is refused; write a login name of letters, digits and _ . -, beginning with a letter or _, at most 32.`
}

/** An absolute path, or a bare relative one (beside the config), that ssh_config takes without quoting. */
export function checkPath(text: string): string | null {
  if (text.startsWith('~')) return `The path ${quoted(text)} begins with ~; write it out from /, it is not expanded.`
  if (!/^[A-Za-z0-9_./+@:,-]+$/.test(text))
    return `The path ${quoted(text)} is refused; write letters, digits and _ . / + @ : , - only (no blanks, quotes or %).`
  if (text.startsWith('-')) return `The path ${quoted(text)} begins with -; write it out from /.`
  return null
}

export function checkCommandWord(text: string): string | null {
  return /^[A-Za-z0-9_./=-]+$/.test(text)
    ? null
    : `The word ${quoted(text)} is refused; write one plain word of the command per list item, for example [sudo, -n, zfs].`
}

export function checkCipher(text: string): string | null {
  return /^[a-z0-9][a-z0-9@.-]*$/.test(text)
    ? null
    : `The cipher ${quoted(text)} is refused; write names as "ssh -Q cipher" prints them, for example aes128-gcm@openssh.com.`
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
