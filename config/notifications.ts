import { z } from 'zod'
import { KINDS } from '#lib/notify/channels/all.ts'
import { EVENTS, SEVERITIES } from '#lib/notify/message.ts'
import {
  called,
  choice,
  either,
  flag,
  type Parsed,
  parsed,
  parsedText,
  refused,
  ruledText,
  secretAddress,
  textList,
  withFiles,
} from '#lib/settings/fields.ts'
import { closest } from './faults.ts'
import { parseDuration } from './units.ts'
import { parseDailyWindow, parseTimeOfDay } from './windows.ts'

/** `notifications:` as written: what is told, to whom, and what hears that the witness is alive. */

export const NOTIFICATION_DEFAULTS = {
  warn_for: '30m',
  min_severity: 'warning',
  critical: true,
  deadman: { kind: 'healthchecks', by: 'check' },
} as const

const CHANNEL_NAME = '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'
/** Longer than a week is no damping any more: the warning would never be told. */
const LONGEST_WARN_FOR = 7 * 86_400

function checkChannelName(name: string): string | null {
  return new RegExp(CHANNEL_NAME).test(name)
    ? null
    : `The name ${JSON.stringify(name)} is refused; write letters, digits and _ . - only, beginning with a letter or digit, at most 63.`
}

function checkEvent(text: string): string | null {
  if (EVENTS.some((event) => event === text)) return null
  const near = closest(text, EVENTS)
  return `There is no event ${called(text)}.${near === null ? ` Known are ${EVENTS.join(', ')}.` : ` Did you mean ${near}?`}`
}

function parseWarnFor(text: string): Parsed<number> {
  const seconds = parseDuration(text)
  return seconds.ok && seconds.value > LONGEST_WARN_FOR
    ? refused(`${text} is too long; write at most 7d, for example 30m.`)
    : seconds
}

/** `22:00-07:00` → minutes of day, `to` exclusive. */
export function parseQuietHours(text: string): Parsed<{ readonly from: number; readonly to: number }> {
  const window = parseDailyWindow(text, 'leave quiet_hours out for none')
  return window.ok ? parsed({ from: window.value.start, to: window.value.end }) : window
}

const block = (example: string) => ({
  error: (issue: { readonly code?: string; readonly input?: unknown }) =>
    issue.code === 'invalid_type' ? `Must be a block such as { ${example} }; found ${called(issue.input)}.` : undefined,
})

/** What every channel has. */
const common = {
  name: ruledText(checkChannelName, {
    description: 'Name of the channel, the only one of its kind. Default: its type.',
    examples: ['on-call'],
    pattern: CHANNEL_NAME,
  }).optional(),
  min_severity: choice(SEVERITIES, {
    description: 'Least severity that is sent.',
    default: NOTIFICATION_DEFAULTS.min_severity,
  }),
  events: textList(
    checkEvent,
    {
      description:
        'Events that are sent. Default: all but repair.started, repair.succeeded, config.*, witness.started and witness.stopping.',
      examples: [['dataset.broken', 'dataset.recovered']],
    },
    '[dataset.broken, dataset.recovered]',
  ),
  pairs: textList(
    () => null,
    { description: 'Pairs of which it tells, by name. Default: all.', examples: [['HQS8 → HQS1']] },
    '["HQS8 → HQS1"]',
  ),
  quiet_hours: parsedText(parseQuietHours, {
    description: 'Hours of scheduler.timezone in which messages wait.',
    examples: ['22:00-07:00'],
  }).optional(),
  critical: flag({
    description: 'What is BROKEN passes the quiet hours.',
    default: NOTIFICATION_DEFAULTS.critical,
  }),
}

export type RawChannel = z.infer<z.ZodObject<typeof common>> & {
  readonly type: string
  /** The keys of its type. */
  readonly [key: string]: unknown
}

const TYPES = KINDS.map(({ type }) => type)

export const ChannelSchema = z
  .discriminatedUnion(
    'type',
    KINDS.map(({ type, description, keys }) =>
      z
        .strictObject(
          {
            type: z.literal(type).meta({ description: `Type of the channel: ${either(TYPES)}.` }),
            ...common,
            ...withFiles(keys),
          },
          block(`type: ${type}`),
        )
        .meta({ description }),
    ) as unknown as readonly [z.ZodObject<{ type: z.ZodLiteral<string> }>],
    {
      error: (issue) =>
        issue.code === 'invalid_union'
          ? `The type of a channel must be ${either(TYPES)}; found ${called((issue.input as { readonly type?: unknown }).type)}.`
          : `Must be a block such as { type: ntfy, url: https://ntfy.sh/your-topic }; found ${called(issue.input)}.`,
    },
  )
  .meta({ description: 'One channel.' }) as unknown as z.ZodType<RawChannel>

export const PingSchema = z
  .strictObject(
    withFiles({
      url: secretAddress({
        description: 'Address that is called.',
        example: 'https://hc-ping.com/your-uuid',
      }),
      kind: choice(['healthchecks', 'uptime_kuma'], {
        description: 'Form of the calls.',
        default: NOTIFICATION_DEFAULTS.deadman.kind,
      }),
      by: choice(['check', 'health'], {
        description: 'check: a check was completed, whatever it found. health: and nothing is BROKEN.',
        default: NOTIFICATION_DEFAULTS.deadman.by,
      }),
    }),
    block('url: https://hc-ping.com/your-uuid'),
  )
  .meta({ description: "One dead man's switch." })

/** What stands beside the lists. */
export const NotificationsHead = z.strictObject(
  withFiles({
    warn_for: parsedText(parseWarnFor, {
      description: 'How long a WARNING must last before it is sent.',
      default: NOTIFICATION_DEFAULTS.warn_for,
      examples: ['30m'],
    }).optional(),
    digest: parsedText(parseTimeOfDay, {
      description: 'Time of day, in scheduler.timezone, of one message with all that is still BROKEN. Default: none.',
      examples: ['08:00'],
    }).optional(),
    report: choice(['weekly', 'monthly'], {
      description: 'The protection report by mail, on the first day of the week or month. Default: none.',
    }),
    ping_url: secretAddress({
      description: 'Old form of deadman: one address in the form of Healthchecks.',
      example: 'https://hc-ping.com/your-uuid',
    }),
  }),
  block('warn_for: 30m'),
)

export const NotificationsSchema = z.strictObject(
  {
    ...NotificationsHead.shape,
    channels: z
      .array(ChannelSchema, { error: (issue) => `Must be a list of channels; found ${called(issue.input)}.` })
      .meta({ description: 'Where messages go.' })
      .optional(),
    deadman: z
      .array(PingSchema, {
        error: (issue) =>
          `Must be a list, for example [{ url: https://hc-ping.com/your-uuid }]; found ${called(issue.input)}.`,
      })
      .meta({ description: 'What is called at every check, and raises an alarm when no call comes.' })
      .optional(),
  },
  block('warn_for: 30m'),
)
