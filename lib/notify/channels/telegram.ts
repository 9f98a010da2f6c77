import { ruledText, secret, secretAddress } from '#lib/settings/fields.ts'
import { CA_KEY, postJson } from '../http.ts'
import { channelKind } from '../kind.ts'
import { markOf, plainOf, textOf, upTo } from '../plain.ts'

const PUBLIC_API = 'https://api.telegram.org'
const MOST = 4096

function checkChat(text: string): string | null {
  return /^(-?\d{1,20}|@[A-Za-z][A-Za-z0-9_]{3,63})$/.test(text)
    ? null
    : `${JSON.stringify(text)} is no chat; write its number in quotes, for example "-1001234567890", or the name of a public channel, "@your_channel".`
}

export const telegram = channelKind({
  type: 'telegram',
  description: 'A chat of Telegram, by a bot.',
  keys: {
    token: secret({ description: 'Token of the bot' }),
    chat_id: ruledText(checkChat, {
      description: 'Number of the chat, or @name of a public channel.',
      examples: ['"-1001234567890"'],
    }),
    url: secretAddress({ description: `Server of the Bot API. Default: ${PUBLIC_API}.`, example: PUBLIC_API }),
    ...CA_KEY,
  },
  needs: ['token'],
  judge: ({ token }) =>
    token === undefined || /^\d+:[A-Za-z0-9_-]+$/.test(token)
      ? null
      : {
          key: 'token',
          message:
            'Is no token of a bot (it is not shown); write it as BotFather gave it: digits, a colon, and the rest.',
        },
  async deliver({ token = '', chat_id, url = PUBLIC_API, ca_file }, { message, publicUrl, ...around }) {
    const plain = plainOf(message, publicUrl)
    const link = plain.link === null ? '' : `\n\n${plain.link}`
    const text = `${markOf(message).emoji} ${plain.title}\n\n${textOf(plain, { withLink: false })}`
    // No parse_mode: what stands in the text is only text.
    const json = {
      chat_id,
      text: `${upTo(text, MOST - link.length)}${link}`,
      link_preview_options: { is_disabled: true },
      disable_notification: message.severity === 'info',
    }
    const address = `${url.replace(/\/+$/, '')}/bot${token}/sendMessage`
    await postJson({ url: address, json, caFile: ca_file, secrets: [token, url] }, around)
  },
})
