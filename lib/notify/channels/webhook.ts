import { Webhook } from 'standardwebhooks'
import { secret, secretAddress } from '#lib/settings/fields.ts'
import { cleanLine } from '#lib/text/clean.ts'
import { bearer, CA_KEY, call } from '../http.ts'
import { channelKind } from '../kind.ts'
import type { Message, MessageDataset } from '../message.ts'
import { linkTo } from '../plain.ts'

/** For a program of your own: JSON by OPERATIONS, signed by the convention of Standard Webhooks. */
export const webhook = channelKind({
  type: 'webhook',
  description: 'A program of your own: a POST of JSON, signed by the convention of Standard Webhooks.',
  keys: {
    url: secretAddress({ description: 'Address that is called', example: 'https://hooks.example/zwitness' }),
    secret: secret({ description: 'Key of the signature: whsec_ and 24 to 64 bytes in base64' }),
    token: secret({ description: 'Sent as Authorization: Bearer' }),
    ...CA_KEY,
  },
  needs: ['url'],
  judge: ({ secret: key }) =>
    key === undefined || isKey(key)
      ? null
      : {
          key: 'secret',
          message:
            'Is no key of a signature (it is not shown); write whsec_ and 24 to 64 bytes in base64. This makes one: echo "whsec_$(head -c 32 /dev/urandom | base64)".',
        },
  async deliver({ url = '', secret: key, token, ca_file }, { message, publicUrl, ...around }) {
    const body = JSON.stringify(bodyOf(message, publicUrl))
    // Of this try: whoever verifies it refuses old ones.
    const sentAt = new Date()
    const headers = {
      'content-type': 'application/json',
      'webhook-id': message.id,
      'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
      ...(key === undefined ? {} : { 'webhook-signature': new Webhook(key).sign(message.id, sentAt, body) }),
      ...bearer(token),
    }
    await call({ method: 'POST', url, headers, body, caFile: ca_file, secrets: [url, key, token] }, around)
  },
})

function isKey(text: string): boolean {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1]
  if (base64 === undefined) return false
  const bytes = Buffer.from(base64, 'base64').length
  return bytes >= 24 && bytes <= 64
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
const said = (text: string): string => cleanLine(text, 2000)
const shown = ({ id, primary, backup }: MessageDataset) => ({
  id: said(id),
  primary: said(primary),
  backup: said(backup),
})

/** Version 1: keys are added, none changes its meaning or goes. */
function bodyOf(message: Message, publicUrl: string | null) {
  const { reason, datasets } = message
  return {
    version: 1,
    id: message.id,
    incidentId: message.incidentId,
    event: message.event,
    at: iso(message.at),
    severity: message.severity,
    state: message.state,
    previousState: message.previousState,
    title: said(message.title),
    text: message.paragraphs.slice(0, 50).map(said).join('\n\n'),
    /** The one that it is about; null where it is about several, or none. */
    dataset: message.datasetCount === 1 && datasets[0] !== undefined ? shown(datasets[0]) : null,
    datasets: datasets.slice(0, 50).map(shown),
    datasetCount: message.datasetCount,
    pairs: message.pairs.slice(0, 100).map(said),
    reason:
      reason === null
        ? null
        : {
            code: said(reason.code),
            message: said(reason.message),
            action: reason.action === null ? null : said(reason.action),
          },
    lagSeconds: message.lagSeconds,
    since: iso(message.since),
    durationSeconds: message.durationSeconds,
    runId: message.runId,
    url: linkTo(publicUrl, message.path),
    suppressed: message.suppressed,
    facts: message.facts ?? {},
  }
}
