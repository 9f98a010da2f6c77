import { ruledText, secret, secretAddress } from '#lib/settings/fields.ts'
import { CA_KEY, postJson } from '../http.ts'
import { channelKind } from '../kind.ts'
import { markOf, plainOf, textOf, upTo } from '../plain.ts'

const MOST = 8000

export const apprise = channelKind({
  type: 'apprise',
  description: 'Any service that Apprise knows, by the server of its API.',
  keys: {
    url: secretAddress({
      description: 'Address of the API: with the key of a stored configuration, or /notify together with urls',
      example: 'https://apprise.example/notify/your-key',
    }),
    urls: secret({ description: 'Addresses of services, separated by commas, where none are stored under a key' }),
    tag: ruledText(
      (text) =>
        /^[A-Za-z0-9_, -]{1,200}$/.test(text) ? null : `${JSON.stringify(text)} is no tag; write for example ops.`,
      { description: 'Which of the stored services: those with this tag. Default: all.', examples: ['ops'] },
    ).optional(),
    ...CA_KEY,
  },
  needs: ['url'],
  async deliver({ url = '', urls, tag, ca_file }, { message, publicUrl, ...around }) {
    const plain = plainOf(message, publicUrl)
    const json = {
      title: upTo(plain.title, 250),
      body: upTo(textOf(plain, { withLink: true }), MOST),
      type: markOf(message).kind,
      format: 'text',
      ...(tag === undefined ? {} : { tag }),
      ...(urls === undefined ? {} : { urls }),
    }
    await postJson({ url, json, caFile: ca_file, secrets: [urls] }, around)
  },
})
