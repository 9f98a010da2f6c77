import { secretAddress } from '#lib/settings/fields.ts'
import { CA_KEY, postJson } from '../http.ts'
import { channelKind } from '../kind.ts'
import { markOf, plainOf, textOf, upTo } from '../plain.ts'

const MOST_OF_TITLE = 256
const MOST_OF_TEXT = 4096

export const discord = channelKind({
  type: 'discord',
  description: 'A channel of Discord, by a webhook.',
  keys: {
    url: secretAddress({
      description: 'Address of the webhook',
      example: 'https://discord.com/api/webhooks/123456789/your-key',
    }),
    ...CA_KEY,
  },
  needs: ['url'],
  async deliver({ url = '', ca_file }, { message, publicUrl, ...around }) {
    const plain = plainOf(message, publicUrl)
    const { emoji, colour } = markOf(message)
    const embed = {
      title: upTo(`${emoji} ${plain.title}`, MOST_OF_TITLE, escaped),
      description: upTo(textOf(plain, { withLink: false }), MOST_OF_TEXT, escaped),
      color: colour,
      timestamp: new Date(message.at).toISOString(),
      ...(plain.link === null ? {} : { url: plain.link }),
    }
    // Nobody is called by a message, whatever its words: neither everyone, nor a role, nor a person.
    const json = { embeds: [embed], allowed_mentions: { parse: [] } }
    await postJson({ url, json, caFile: ca_file }, around)
  },
})

/** With a backslash before it a sign is only itself: no bold, no list, no link, no mention. */
function escaped(sign: string): string {
  return /[\\*_~`|>#[\]()<@:.+-]/.test(sign) ? `\\${sign}` : sign
}
