import { Cron } from 'croner'
import type { Config } from '#config/effective.ts'
import { bad, fine, warn } from './found.ts'
import type { Found } from './types.ts'

/** Time zone and the next three scans. */
export function checkSchedule({ enabled, cron, intervalSeconds, timezone }: Config['scheduler'], now: number): Found {
  if (!enabled)
    return warn(
      'Scheduled scans are off (scheduler.enabled: false): nobody looks by itself.',
      'Switch them on, or call POST /api/run from elsewhere.',
    )
  if (cron === null) return fine(`A scan every ${Math.round(intervalSeconds / 60)} min, in ${timezone}.`)
  const next = new Cron(cron, { paused: true, timezone }).nextRuns(3, new Date(now))
  const shown = next.map((at) => inZone(at, timezone)).join(', ')
  return fine(`Scans at ${shown} (${timezone}).`)
}

function inZone(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  return parts.format(at)
}

/** This version has no sender: channels that are configured reach nobody. */
export function checkNotifications(warnings: Config['warnings']): Found {
  const configured = warnings.some(({ path }) => path === 'notifications' || path.startsWith('notifications.'))
  return configured
    ? warn(
        'Notifications are configured, but this version does not send any.',
        'Let a monitoring system ask GET /api/status until it does.',
      )
    : fine('No notification channels are configured.')
}

const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Who may do what, and how the service is called from outside. */
export function checkAccess({ auth, server, warnings }: Pick<Config, 'auth' | 'server' | 'warnings'>): Found {
  const mode: string = auth.mode
  const url = server.publicUrl === null ? null : new URL(server.publicUrl)
  if (mode === 'none' && auth.noneRole !== 'viewer')
    return warn(
      `auth.mode none with none_role ${auth.noneRole}: whoever reaches the port may start repairs, without a password.`,
      'Right only behind a proxy that signs people in and is the only way to the port.',
    )
  if (url !== null && url.protocol === 'http:' && !LOCAL.test(url.hostname))
    return warn(
      `public_url ${url.origin} is plain http: everything can be read on the way.`,
      'Put a proxy with TLS in front, and write its https address.',
    )
  if (url !== null && url.pathname !== '/' && url.pathname !== '')
    return bad(
      `public_url ${url.href} has a path, but the service must be at the root of its host.`,
      'Give it a host name of its own.',
    )
  const [odd, ...more] = warnings.filter(({ path }) => /^auth\.users\..+\.password_hash$/.test(path))
  if (odd !== undefined)
    return warn(
      more.length === 0 ? odd.message : `${odd.message} There are ${more.length} more of that kind.`,
      'Run zwitness user hash, and write the line that it prints as password_hash.',
    )
  const called = url === null ? 'no public_url, links are as the request came' : `called ${url.origin}`
  return fine(`auth.mode ${mode}, ${called}.`)
}
