import { z } from 'zod'
import { answerCanDestroy, CanDestroy } from '#lib/api/can-destroy.ts'
import { impossibleParameter } from '#lib/api/refusals.ts'
import { parseAsked } from '#lib/inspect/may-destroy.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'May a snapshot be destroyed without breaking a chain? For the pruning script of a snapshot tool.',
  description:
    'Every mapping that has the dataset as its primary or as its backup must say yes. Decided by full listings that are at most a minute old. What is not known is not a yes.',
  operationId: 'canDestroy',
  tags: ['chain'],
  input: z.object({
    snapshot: z
      .string()
      .min(1)
      .max(400)
      .describe('`pool/dataset@snapshot`, or with the id of its SAN in front.')
      .meta({ examples: ['hqs8:hqs8p1/HQS8DAT1@autosnap_2026-11-22_00:00:00_daily'] }),
  }),
  output: CanDestroy,
  errors: { 400: ['BAD_PARAMETER'], 404: ['NO_SUCH_DATASET', 'NO_SUCH_SNAPSHOT'], 503: ['NOT_READ_YET'] },
  async run({ snapshot }, { engine, config, actor, now }) {
    const asked = parseAsked(snapshot, (id) => config.hosts.has(id))
    if (asked === null) {
      return impossibleParameter(
        '/snapshot',
        `${JSON.stringify(snapshot)} is no snapshot; write pool/dataset@snapshot.`,
      )
    }
    return answerCanDestroy(asked, engine.datasets(), { engine, actor, now })
  },
})
