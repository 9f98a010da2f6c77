import { secretAddress } from '#lib/settings/fields.ts'
import { CA_KEY, postJson } from '../http.ts'
import { channelKind } from '../kind.ts'
import { type Mark, markOf, plainOf, upToBytes } from '../plain.ts'

/** Teams takes 28 KB in all; these are bytes. */
const MOST_OF_A_PARAGRAPH = 1200
const MOST_OF_A_DATASET = 500
const MOST_PARAGRAPHS = 8

const COLOURS: Readonly<Record<Mark['kind'], string>> = {
  failure: 'Attention',
  warning: 'Warning',
  success: 'Good',
  info: 'Accent',
}

export const teams = channelKind({
  type: 'teams',
  description: 'A channel or chat of Microsoft Teams, by a workflow that is started by a webhook.',
  keys: {
    url: secretAddress({
      description: 'Address of the workflow (When a Teams webhook request is received)',
      example: 'https://prod-00.westeurope.logic.azure.com/workflows/your-key',
    }),
    ...CA_KEY,
  },
  needs: ['url'],
  async deliver({ url = '', ca_file }, { message, publicUrl, ...around }) {
    const plain = plainOf(message, publicUrl)
    const { emoji, kind } = markOf(message)
    const texts = [
      ...plain.paragraphs.slice(0, MOST_PARAGRAPHS).map((text) => upToBytes(text, MOST_OF_A_PARAGRAPH)),
      ...plain.datasets.map((text) => upToBytes(text, MOST_OF_A_DATASET)),
    ]
    const content = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      type: 'AdaptiveCard',
      version: '1.4',
      msteams: { width: 'Full' },
      body: [
        rich(upToBytes(`${emoji} ${plain.title}`, MOST_OF_A_PARAGRAPH), {
          weight: 'Bolder',
          size: 'Medium',
          color: COLOURS[kind],
        }),
        ...texts.map((text) => rich(text)),
      ],
      actions: plain.link === null ? [] : [{ type: 'Action.OpenUrl', title: 'Open', url: plain.link }],
    }
    const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }
    await postJson({ url, json: { type: 'message', attachments: [attachment] }, caFile: ca_file }, around)
  },
})

/** Not a TextBlock, in which `[x](http://y)` would be a link: a run of text knows no markup. */
function rich(text: string, look: Readonly<Record<string, string>> = {}) {
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text, ...look }] }
}
