import type { Config } from '#config/effective.ts'
import { type Actor, anonymous, type Identify, type Peer, type RuntimeHooks } from '#lib/runtime/index.ts'

type Wanted = Pick<Config, 'auth' | 'server'>

/**
 * Who is it? Without accounts the way here decides: the socket file (0600) is for admins, this machine for operators,
 * the network may only read. `auth.mode: none` with `none_role: operator` lets the network act as well.
 */
export function createIdentify(config: () => Wanted): Identify {
  return (request, peer) => {
    const userAgent = request.headers.get('user-agent')
    if (peer.kind === 'unix' || peer.kind === 'internal') {
      return { kind: 'socket', name: 'local', role: 'admin', address: null, userAgent }
    }
    if (isFromHere(request, peer)) {
      return { kind: 'none', name: 'local', role: 'operator', address: peer.address, userAgent }
    }
    return fromNetwork(request, peer, config().auth, userAgent)
  }
}

function fromNetwork(request: Request, { address }: Peer, auth: Wanted['auth'], userAgent: string | null): Actor {
  if (auth.mode === 'none' && auth.noneRole === 'operator') {
    return { kind: 'none', name: 'network', role: 'operator', address, userAgent }
  }
  if (request.method === 'GET' || request.method === 'HEAD') {
    return { kind: 'none', name: 'network', role: 'viewer', address, userAgent }
  }
  return anonymous(address, userAgent)
}

const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']

/**
 * A loopback peer is this machine's user only when nobody stands between: a reverse proxy beside us makes the whole
 * network look local, and a foreign page can make a local browser call us under a foreign name.
 */
function isFromHere(request: Request, peer: Peer): boolean {
  if (peer.kind !== 'loopback') return false
  if (FORWARDED.some((name) => request.headers.has(name))) return false
  const origin = request.headers.get('origin')
  if (origin !== null && !(URL.canParse(origin) && isLocalName(new URL(origin).hostname))) return false
  return isLocalName(hostnameOf(request.headers.get('host') ?? ''))
}

/**
 * Names under which this server answers: its own machine, every literal address (nobody can make a name of it point
 * elsewhere), and what the configuration names.
 */
export function createGuard(config: () => Wanted): Pick<RuntimeHooks, 'allowedHost' | 'allowedOrigin'> {
  return {
    allowedHost: (hostname) => {
      const { publicUrl, allowedHosts } = config().server
      if (isLocalName(hostname) || isAddress(hostname)) return true
      if (publicUrl !== null && URL.canParse(publicUrl) && new URL(publicUrl).hostname === hostname) return true
      return allowedHosts.some((name) => name.toLowerCase() === hostname)
    },
    allowedOrigin: (origin) => {
      const { publicUrl } = config().server
      return publicUrl !== null && URL.canParse(publicUrl) && new URL(publicUrl).origin === origin
    },
  }
}

function hostnameOf(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
}

function isLocalName(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
}

function isAddress(hostname: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(hostname) || /^\[[0-9a-f:.]+\]$/.test(hostname)
}
