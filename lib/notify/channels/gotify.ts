import { secret, secretAddress } from '#lib/settings/fields.ts'
import { CA_KEY, postJson } from '../http.ts'
import { channelKind } from '../kind.ts'
import { type Mark, markOf, plainOf, textOf, upTo } from '../plain.ts'

const MOST = 8000

/** From 8 on it makes a sound, from 4 on it shows by itself. */
const PRIORITIES: Readonly<Record<Mark['kind'], number>> = { failure: 8, warning: 5, success: 3, info: 2 }

export const gotify = channelKind({
  type: 'gotify',
  description: 'An application of a Gotify server.',
  keys: {
    url: secretAddress({ description: 'Address of the server', example: 'https://gotify.example' }),
    token: secret({ description: 'Token of the application' }),
    ...CA_KEY,
  },
  needs: ['url', 'token'],
  async deliver({ url = '', token = '', ca_file }, { message, publicUrl, ...around }) {
    const plain = plainOf(message, publicUrl)
    const click = plain.link === null ? {} : { 'client::notification': { click: { url: plain.link } } }
    const json = {
      title: upTo(plain.title, 250),
      message: upTo(textOf(plain, { withLink: true }), MOST),
      priority: PRIORITIES[markOf(message).kind],
      extras: { 'client::display': { contentType: 'text/plain' }, ...click },
    }
    const address = `${url.replace(/\/+$/, '')}/message`
    const headers = { 'x-gotify-key': token }
    await postJson({ url: address, headers, json, caFile: ca_file, secrets: [token] }, around)
  },
})
