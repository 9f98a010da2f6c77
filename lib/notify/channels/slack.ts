import { secretAddress } from '#lib/settings/fields.ts'
import { CA_KEY, postJson } from '../http.ts'
import { channelKind } from '../kind.ts'
import { markOf, plainOf, textOf, upTo } from '../plain.ts'

/** Of one block of text. */
const MOST = 3000

export const slack = channelKind({
  type: 'slack',
  description: 'A channel of Slack, by an incoming webhook.',
  keys: {
    url: secretAddress({
      description: 'Address of the incoming webhook',
      example: 'https://hooks.slack.com/services/T000/B000/your-key',
    }),
    ...CA_KEY,
  },
  needs: ['url'],
  async deliver({ url = '', ca_file }, { message, publicUrl, ...around }) {
    const plain = plainOf(message, publicUrl)
    const { emoji, colour } = markOf(message)
    const title = `${emoji} ${plain.title}`
    const text = upTo(textOf(plain, { withLink: false }), MOST)
    const blocks = [
      ...(text === '' ? [] : [{ type: 'section', text: { type: 'plain_text', text, emoji: false } }]),
      // The one place with markup: the address is our own, and encoded.
      ...(plain.link === null
        ? []
        : [
            {
              type: 'context',
              elements: [{ type: 'mrkdwn', text: `<${escaped(plain.link).replaceAll('|', '%7C')}|Open>` }],
            },
          ]),
    ]
    const json = {
      text: upTo(title, MOST, escaped),
      mrkdwn: false,
      parse: 'none',
      link_names: false,
      unfurl_links: false,
      unfurl_media: false,
      attachments: [
        { color: `#${colour.toString(16).padStart(6, '0')}`, fallback: upTo(plain.title, 300, escaped), blocks },
      ],
    }
    await postJson({ url, json, caFile: ca_file }, around)
  },
})

/** These three begin a mention, a channel or a link (`<!everyone>`). */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
