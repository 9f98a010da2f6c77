import type { Draft } from '#lib/incidents/tell.ts'
import { type EventName, type Message, SEVERITIES } from '#lib/notify/message.ts'
import type { ChannelConfig } from '#lib/notify/settings.ts'
import { inRepairWindow, repairWindowEnd } from '#lib/replication/windows.ts'

/** Not sent unless a channel lists them: they tell of no trouble. */
const ON_DEMAND: ReadonlySet<EventName> = new Set([
  'repair.started',
  'repair.succeeded',
  'config.reloaded',
  'config.invalid',
  'witness.started',
  'witness.stopping',
  'report',
])
/** Made for whoever reads, whatever they want to be told of. */
const FOR_ALL: ReadonlySet<EventName> = new Set(['digest.daily', 'summary', 'test'])

/** Does a channel want this? */
export function wants(channel: ChannelConfig, { message, rank }: Draft): boolean {
  const { event } = message
  const listed =
    channel.events?.includes(event) ?? (!ON_DEMAND.has(event) || (event === 'report' && channel.type === 'email'))
  if (!listed) return false
  if (
    message.pairs.length > 0 &&
    channel.pairs !== null &&
    !message.pairs.some((pair) => channel.pairs?.includes(pair))
  )
    return false
  return (
    FOR_ALL.has(event) || ON_DEMAND.has(event) || SEVERITIES.indexOf(rank) <= SEVERITIES.indexOf(channel.minSeverity)
  )
}

/** When it may go out, epoch ms: at once, or when the quiet hours of the channel are over. */
function notBefore(channel: ChannelConfig, message: Pick<Message, 'severity'>, now: number, zone: string): number {
  const { quietHours, critical } = channel
  if (quietHours === null || (message.severity === 'critical' && critical)) return now
  const window = { start: quietHours.from, end: quietHours.to, text: '' }
  return inRepairWindow(window, now, zone) ? (repairWindowEnd(window, now, zone) ?? now) : now
}

/** The draft, once for each channel that wants it. */
export function routed(
  draft: Draft,
  channels: readonly ChannelConfig[],
  { now, zone }: { readonly now: number; readonly zone: string },
) {
  return channels
    .filter((channel) => wants(channel, draft))
    .map((channel) => ({
      channel: channel.name,
      notBefore: notBefore(channel, draft.message, now, zone),
      message: draft.message,
    }))
}
