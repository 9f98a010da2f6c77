import { secret, secretAddress } from '#lib/settings/fields.ts'
import { bearer, CA_KEY, postJson } from '../http.ts'
import { channelKind } from '../kind.ts'
import type { Message } from '../message.ts'
import { markOf, plainOf, textOf, upTo, upToBytes } from '../plain.ts'

/** Beyond 4,096 bytes a server makes an attachment of the text. */
const MOST_BYTES = 3900

export const ntfy = channelKind({
  type: 'ntfy',
  description: 'A topic of ntfy.sh, or of a server of your own.',
  keys: {
    url: secretAddress({ description: 'Address of the topic', example: 'https://ntfy.sh/your-topic' }),
    token: secret({ description: 'Access token, where the topic needs one' }),
    ...CA_KEY,
  },
  needs: ['url'],
  judge: ({ url = '' }) =>
    topicOf(url) === null
      ? {
          key: 'url',
          message: 'Is no address of a topic (it is not shown); write for example https://ntfy.sh/your-topic.',
        }
      : null,
  async deliver({ url = '', token, ca_file }, { message, publicUrl, ...around }) {
    const { server, topic } = topicOf(url) ?? { server: url, topic: '' }
    const plain = plainOf(message, publicUrl)
    const json = {
      topic,
      title: upTo(plain.title, 200),
      message: upToBytes(textOf(plain, { withLink: false }), MOST_BYTES),
      priority: priorityOf(message),
      tags: [markOf(message).tag],
      // Never an action that calls anything: whoever reads a topic could press it.
      ...(plain.link === null
        ? {}
        : { click: plain.link, actions: [{ action: 'view', label: 'Open', url: plain.link }] }),
    }
    const headers = bearer(token)
    await postJson({ url: server, headers, json, caFile: ca_file, secrets: [url, token] }, around)
  },
})

/** Its JSON goes to the root of the server, and names the topic. */
function topicOf(url: string): { readonly server: string; readonly topic: string } | null {
  if (!URL.canParse(url)) return null
  const { origin, pathname, search, hash } = new URL(url)
  const match = /^(.*\/)([A-Za-z0-9_-]{1,64})\/?$/.exec(pathname)
  return match === null || search !== '' || hash !== ''
    ? null
    : { server: `${origin}${match[1]}`, topic: match[2] ?? '' }
}

/** 1 to 5. */
function priorityOf(message: Message): number {
  if (message.event === 'host.key_changed') return 5
  const { kind } = markOf(message)
  return kind === 'failure' ? 4 : kind === 'warning' ? 3 : 2
}
