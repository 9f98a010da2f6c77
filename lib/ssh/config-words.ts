import { isIP } from 'node:net'

/**
 * The words that become part of a generated ssh_config, and what may stand there. One set for the configuration, where a fault
 * has a line, and for the writer of the file, where a newline would begin a new directive. Each rule answers null or what to
 * write instead; whatever is accepted here, ssh accepts too.
 */

export const HOST_ID = '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
export const HOSTNAME = `^${LABEL}(?:\\.${LABEL})*\\.?$`
export const SSH_USER = '^[A-Za-z_][A-Za-z0-9_.-]{0,31}$'
/** What ssh_config and known_hosts have for an absolute path: nothing that ssh would expand, or that ends a quoted value. */
const SSH_PATH = /^\/[^"'\\%~$\p{Cc}]*$/u
const MAX_HOSTNAME = 253

/** `ssh -Q cipher` of OpenSSH 8 to 10. One name that ssh does not know, and it refuses its whole configuration. */
export const CIPHERS: readonly string[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
  'aes128-cbc',
  'aes192-cbc',
  'aes256-cbc',
  '3des-cbc',
]

const matches = (pattern: string, text: string): boolean => new RegExp(pattern).test(text)
const quoted = (text: string): string => JSON.stringify(text)

/** Also a name in known_hosts, and what `ProxyJump` names. */
export function checkHostId(text: string): string | null {
  if (text.toLowerCase() === 'none')
    return `A host cannot be called ${text}: to ssh, ProxyJump ${text} means no jump at all; write another id.`
  return matches(HOST_ID, text)
    ? null
    : `The host id ${quoted(text)} is refused; write letters, digits and _ . - only, beginning with a letter or digit, at most 63 (it becomes an alias in ssh_config).`
}

export function checkHostname(text: string): string | null {
  if (text === '') return 'The hostname is empty; write a DNS name or an IP address.'
  if (isIP(text) !== 0 && !text.includes('%')) return null
  if (/^\[.*\]$/.test(text)) return `Write the IPv6 address without brackets: ${text.slice(1, -1)}.`
  if (/^[^@\s]+@[^@\s]+$/.test(text))
    return 'The hostname holds a user; write the user into ssh_user and only the host here.'
  if (/^[A-Za-z0-9.-]+:\d+$/.test(text)) return 'The hostname holds a port; write it into port and only the host here.'
  if (/^[a-z]+:\/\//.test(text)) return 'The hostname is a URL; write only the host, for example hqs8.storage.local.'
  if (text.length > MAX_HOSTNAME || !matches(HOSTNAME, text))
    return `The hostname ${quoted(text)} is refused; write a DNS name (letters, digits, . and -) or an IP address.`
  // To ssh, 10.1 is 10.0.0.1 and 010.0.0.1 is 8.0.0.1.
  if (/^(?:\d+|0x[0-9a-f]*)$/i.test(text.replace(/\.$/, '').split('.').at(-1) ?? ''))
    return `The hostname ${quoted(text)} is neither a DNS name nor a whole IP address; write an IPv4 address as four numbers without leading zeros, for example 10.0.0.5.`
  return null
}

export function checkSshUser(text: string): string | null {
  return matches(SSH_USER, text)
    ? null
    : `The user ${quoted(text)} is refused; write a login name of letters, digits and _ . -, beginning with a letter or _, at most 32.`
}

/** An absolute path, or a bare relative one (beside the config), as a person writes it. */
export function checkPath(text: string): string | null {
  if (text.startsWith('~')) return `The path ${quoted(text)} begins with ~; write it out from /, it is not expanded.`
  if (!/^[A-Za-z0-9_./+@:,-]+$/.test(text))
    return `The path ${quoted(text)} is refused; write letters, digits and _ . / + @ : , - only (no blanks, quotes or %).`
  if (text.startsWith('-')) return `The path ${quoted(text)} begins with -; write it out from /.`
  return null
}

/** A whole path as it comes into ssh_config: also the directory that a relative one is in, which may hold blanks. */
export function checkSshPath(text: string): string | null {
  return SSH_PATH.test(text)
    ? null
    : `ssh cannot be given the path ${quoted(text)}; it must begin with / and hold no quotes, \\ % ~ $ or control characters.`
}

export function checkCipher(text: string): string | null {
  return CIPHERS.includes(text)
    ? null
    : `ssh has no cipher ${quoted(text)}; write names as "ssh -Q cipher" prints them: ${CIPHERS.join(', ')}.`
}
