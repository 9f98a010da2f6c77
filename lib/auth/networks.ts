import { BlockList, isIP } from 'node:net'
import type { Peer } from '#lib/runtime/actor.ts'

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

/**
 * Whose request it is: the socket's peer, or what a trusted proxy says of its own peer. Of X-Forwarded-For the right end is
 * written by our proxy; the first address from there that is no proxy of ours is the client. What stands left of it anyone
 * may have written.
 */
export function clientAddress(request: Request, peer: Peer, trustedProxies: readonly string[]): string | null {
  if (!isWithin(peer.address, trustedProxies)) return peer.address
  const hops = (request.headers.get('x-forwarded-for') ?? '')
    .split(',')
    .map((hop) => plain(hop.trim()))
    .reverse()
  let found = peer.address
  for (const hop of hops) {
    if (isIP(hop) === 0) return found
    found = hop
    if (!isWithin(hop, trustedProxies)) return found
  }
  return found
}

/** `[::1]:5000`, `10.0.0.1:5000` and `::ffff:10.0.0.1` are written too. */
function plain(hop: string): string {
  const bare = /^\[(.*)\](:\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop
  return bare.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}
