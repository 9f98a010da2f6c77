import { isIP } from 'node:net'

/**
 * Whose address it is, for counting: an IPv4 address stands for itself, an IPv6 one for its /64, of which one customer has
 * all addresses. Null, and what is no address, are one group.
 */
export function addressGroup(address: string | null): string {
  const kind = address === null ? 0 : isIP(address)
  if (address === null || kind === 0) return 'unknown'
  return kind === 4 ? address : `${firstGroups(address).join(':')}::/64`
}

function firstGroups(address: string): readonly string[] {
  const [before = '', after] = (address.split('%', 1)[0] ?? '').split('::')
  const left = groupsOf(before)
  const right = groupsOf(after ?? '')
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  return [...left, ...zeros, ...right].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
}

/** An IPv4 address at the end stands for two groups, which are not among the first four. */
function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]))
}
