import { isIP } from 'node:net'
import type { Config } from '#config/effective.ts'
import type { Around } from '#lib/runtime/around.ts'

/**
 * Names under which this server answers: its own machine, every literal address (nobody can make a name of it point
 * elsewhere), and what the configuration names.
 */
export function createGuard(
  config: () => Pick<Config, 'server'>,
): Required<Pick<Around, 'allowedHost' | 'allowedOrigin'>> {
  return {
    allowedHost: (hostname) => {
      const { publicUrl, allowedHosts } = config().server
      if (hostname === 'localhost' || isAddress(hostname)) return true
      if (publicUrl !== null && URL.canParse(publicUrl) && new URL(publicUrl).hostname === hostname) return true
      return allowedHosts.some((name) => name.toLowerCase() === hostname)
    },
    allowedOrigin: (origin) => {
      const { publicUrl } = config().server
      return publicUrl !== null && URL.canParse(publicUrl) && new URL(publicUrl).origin === origin
    },
  }
}

/** Cookies go over TLS only, where that is how people come here. */
export function isSecure({ server }: Pick<Config, 'server'>): boolean {
  return server.publicUrl?.toLowerCase().startsWith('https:') ?? false
}

/** IPv6 stands in brackets; a zone (`%eth0`) is in no address that a browser sends. */
function isAddress(hostname: string): boolean {
  const bracketed = /^\[([0-9a-f:.]+)\]$/.exec(hostname)?.[1]
  return bracketed === undefined ? isIP(hostname) === 4 : isIP(bracketed) === 6
}
