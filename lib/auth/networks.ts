import { BlockList, isIP } from 'node:net'

/** Is the address one of these (`10.0.0.7`) or in one of these (`10.0.0.0/8`)? What is no address is in none. */
export function isWithin(address: string | null, networks: readonly string[]): boolean {
  const kind = address === null ? 0 : isIP(address)
  if (address === null || kind === 0) return false
  const list = new BlockList()
  for (const network of networks) {
    const [base = '', bits] = network.split('/')
    const family = isIP(base) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(base, family)
    else list.addSubnet(base, Number(bits), family)
  }
  return list.check(address, kind === 6 ? 'ipv6' : 'ipv4')
}

/**
 * What counts as one place on the network: an IPv4 address however it is written, of IPv6 its /64, which is what a single
 * machine gets and may choose any address in. `none` where there is no address.
 */
export function networkOf(address: string | null): string {
  const [bare = ''] = (address ?? '').split('%')
  if (isIP(bare) === 4) return bare
  if (isIP(bare) !== 6) return 'none'
  const words = wordsOf(bare)
  const isMapped = words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff
  if (isMapped)
    return words
      .slice(6)
      .flatMap((word) => [word >> 8, word & 0xff])
      .join('.')
  return `${words
    .slice(0, 4)
    .map((word) => word.toString(16))
    .join(':')}::/64`
}

/** The eight parts of an IPv6 address. */
function wordsOf(address: string): number[] {
  // The parser writes an IPv4 tail as two more parts.
  const plain = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [left = [], right = []] = plain.split('::').map((half) => (half === '' ? [] : half.split(':')))
  const gap = plain.includes('::') ? 8 - left.length - right.length : 0
  return [...left, ...Array<string>(gap).fill('0'), ...right].map((word) => Number.parseInt(word, 16))
}
