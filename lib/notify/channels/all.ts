import type { Around, ChannelKind } from '../kind.ts'
import type { Channel } from '../message.ts'
import type { ChannelConfig } from '../settings.ts'
import { apprise } from './apprise.ts'
import { discord } from './discord.ts'
import { email } from './email.ts'
import { gotify } from './gotify.ts'
import { ntfy } from './ntfy.ts'
import { slack } from './slack.ts'
import { teams } from './teams.ts'
import { telegram } from './telegram.ts'
import { webhook } from './webhook.ts'

/** Every type of channel: its keys in the file, and how it delivers. A new one is one file, and its name here. */
export const KINDS: readonly ChannelKind[] = [email, webhook, ntfy, slack, discord, teams, gotify, telegram, apprise]

/** The channel that the configuration says. Nothing is connected until a message is delivered. */
export function openChannel(config: ChannelConfig, around: Around): Channel {
  const kind = KINDS.find(({ type }) => type === config.type)
  if (kind === undefined) throw new Error(`There is no type ${config.type} of channels; the schema refuses it.`)
  return kind.open(config, around)
}
