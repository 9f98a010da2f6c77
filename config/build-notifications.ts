import { KINDS } from '#lib/notify/channels/all.ts'
import { EVENTS } from '#lib/notify/message.ts'
import type { ChannelConfig, NotificationSettings, PingConfig } from '#lib/notify/settings.ts'
import { judged } from './build-datasets.ts'
import { besideConfig } from './build-hosts.ts'
import type { Path } from './document.ts'
import type { PairConfig } from './effective.ts'
import { didYouMean } from './faults.ts'
import { schemaAt } from './json-schema.ts'
import { NOTIFICATION_DEFAULTS, parseQuietHours, type RawChannel } from './notifications.ts'
import type { Parts, Report } from './parts.ts'
import { parseDuration } from './units.ts'
import { parseTimeOfDay } from './windows.ts'

/** `notifications:` with its defaults, judged together with the pairs that its channels name. */
export function buildNotifications(
  parts: Parts,
  pairs: readonly PairConfig[],
  file: string,
  report: Report,
): NotificationSettings {
  const { head, channels, deadman } = parts.notifications
  const names = new Set<string>()
  const built = channels.map(({ index, channel }) => {
    const path: Path = ['notifications', 'channels', index]
    const name = channel.name ?? channel.type
    if (names.has(name))
      report.fault(
        [...path, channel.name === undefined ? 'type' : 'name'],
        `There are two channels named ${name}; give one a name of its own, for example name: ${name}-2.`,
      )
    names.add(name)
    checkPairs(channel, path, pairs, report)
    return channelOf(channel, { name, path, file }, report)
  })
  const settings: NotificationSettings = {
    warnForSeconds: judged(parseDuration(head.warn_for ?? NOTIFICATION_DEFAULTS.warn_for)),
    digestAt: head.digest === undefined ? null : judged(parseTimeOfDay(head.digest)),
    report: head.report === undefined ? null : { every: head.report === 'weekly' ? 'week' : 'month' },
    channels: built,
    deadman: pingsOf(head.ping_url, deadman, report),
  }
  // Where one of them is unsound, it is not known that there is none.
  if (channels.length === parts.notifications.written) warnOfNobody(settings, report)
  return settings
}

/** What would be told to no one. */
function warnOfNobody({ channels, digestAt, report: every }: NotificationSettings, report: Report): void {
  if (digestAt !== null && channels.length === 0)
    report.warn(['notifications', 'digest'], 'digest has no effect without channels.')
  if (every !== null && !channels.some(({ type }) => type === 'email'))
    report.warn(['notifications', 'report'], 'report has no effect without a channel of type email: it goes by mail.')
}

function checkPairs({ pairs = [] }: RawChannel, path: Path, known: readonly PairConfig[], report: Report): void {
  const names = known.map(({ name }) => name)
  for (const [at, name] of pairs.entries()) {
    if (names.includes(name)) continue
    const hint = didYouMean(name, names)
    report.fault(
      [...path, 'pairs', at],
      `There is no pair named ${JSON.stringify(name)}.${hint || ` Write one of ${names.map((each) => JSON.stringify(each)).join(', ') || 'those you add'}.`}`,
    )
  }
}

interface Place {
  readonly name: string
  readonly path: Path
  readonly file: string
}

function channelOf(raw: RawChannel, { name, path, file }: Place, report: Report): ChannelConfig {
  const kind = KINDS.find(({ type }) => type === raw.type)
  const settings: Record<string, unknown> = {}
  for (const key of Object.keys(kind?.keys ?? {})) {
    const value = raw[key]
    if (value === undefined) continue
    const isPath = typeof value === 'string' && schemaAt([...path, key])?.path === true
    settings[key] = isPath ? besideConfig(value, file) : value
  }
  for (const key of kind?.needs ?? [])
    if (settings[key] === undefined)
      report.fault(
        path,
        `The channel ${name} has no ${key} (${describedAs([...path, key], raw)}); write ${key}, or ${key}_file with the path of a file that holds it.`,
      )
  const wrong = kind?.judge(settings) ?? null
  if (wrong !== null) report.fault([...path, wrong.key], wrong.message)
  return {
    name,
    type: raw.type,
    minSeverity: raw.min_severity ?? NOTIFICATION_DEFAULTS.min_severity,
    events: raw.events === undefined ? null : EVENTS.filter((event) => raw.events?.includes(event)),
    pairs: raw.pairs ?? null,
    quietHours: raw.quiet_hours === undefined ? null : judged(parseQuietHours(raw.quiet_hours)),
    critical: raw.critical ?? NOTIFICATION_DEFAULTS.critical,
    settings,
  }
}

function describedAs(path: Path, { type }: RawChannel): string {
  const [section, list, , ...key] = path
  const schema = schemaAt([section ?? '', list ?? '', 0, ...key], { notifications: { channels: [{ type }] } })
  return schema?.description?.replace(/\.$/, '') ?? ''
}

function pingsOf(
  old: string | undefined,
  pings: Parts['notifications']['deadman'],
  report: Report,
): readonly PingConfig[] {
  if (old !== undefined)
    report.warn(
      ['notifications', 'ping_url'],
      'ping_url is the old form; write deadman: [{ url: …, kind: healthchecks }] instead.',
    )
  const listed = pings.flatMap(({ index, ping }): PingConfig[] => {
    const { url, kind = NOTIFICATION_DEFAULTS.deadman.kind, by = NOTIFICATION_DEFAULTS.deadman.by } = ping
    if (url !== undefined) return [{ url, kind, by }]
    report.fault(
      ['notifications', 'deadman', index],
      'The address is missing; write url, or url_file with the path of a file that holds it.',
    )
    return []
  })
  return old === undefined ? listed : [...listed, { url: old, ...NOTIFICATION_DEFAULTS.deadman }]
}
