import { isIP } from 'node:net'
import type { Peer } from '#lib/runtime/actor.ts'
import { isWithin } from './networks.ts'

/**
 * Whose request it is: the socket's peer, or what a trusted proxy says of its own peer. Of X-Forwarded-For the right end is
 * written by our proxy; the first address from there that is no proxy of ours is the client. What stands left of it anybody
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
