/** Where a connection comes from, as the socket tells it (never a header). */
export interface Peer {
  /** `internal`: a call inside the process (tests, the CLI as owner), without any socket. */
  readonly kind: 'unix' | 'loopback' | 'remote' | 'internal'
  readonly address: string | null
}

/** The part of Bun's server that the framework uses. */
export interface ServerHandle {
  requestIP(request: Request): { readonly address: string } | null
  timeout(request: Request, seconds: number): void
}

/** What `serve` hands to the app beside the request. */
export interface ServerEnv {
  readonly server?: ServerHandle
  readonly socket?: 'tcp' | 'unix'
}

export function peerOf(request: Request, env: ServerEnv | undefined): Peer {
  if (env?.socket === 'unix') return { kind: 'unix', address: null }
  if (!env?.server) return { kind: 'internal', address: null }
  const address = plainAddress(env.server.requestIP(request)?.address ?? null)
  return { kind: isLoopback(address) ? 'loopback' : 'remote', address }
}

/** A dual-stack socket writes IPv4 peers as `::ffff:127.0.0.1`. */
function plainAddress(address: string | null): string | null {
  return address === null ? null : address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}

function isLoopback(address: string | null): boolean {
  return address !== null && (address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address))
}
