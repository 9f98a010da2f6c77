import { z } from 'zod'
import { anchorsIn } from '#lib/api/anchors.ts'
import { lastReadOfAll } from '#lib/api/last-read.ts'
import { datasetsMeant, hostOrDataset } from '#lib/api/refusals.ts'
import { hostOfScript, SCRIPT_TYPE, scriptAnswer } from '#lib/api/set-asides.ts'
import { removalScript } from '#lib/inspect/anchors.ts'
import { defineRoute } from '#lib/services.ts'
import { iso } from '#lib/text/words.ts'

export const GET = defineRoute({
  summary: 'A script that removes superseded anchors of one SAN, for its admin to read and to run there.',
  description:
    'It says what it would do, and does it only with `--really`. Every removal is guarded by the guid; zwitness never runs it.',
  operationId: 'anchorsScript',
  tags: ['chain'],
  input: z.object(hostOrDataset),
  produces: SCRIPT_TYPE,
  errors: { 404: ['NO_SUCH_DATASET', 'NO_SUCH_HOST'], 422: ['VALIDATION'] },
  async run(query, context) {
    const { engine, now } = context
    const views = datasetsMeant(context, query, 'primary')
    await lastReadOfAll(context)
    const { datasets } = anchorsIn(views, engine.datasets(), engine.seen)
    const withAny = query.datasetId === undefined ? datasets.filter(({ anchors }) => anchors.length > 0) : datasets
    const host = hostOfScript(
      query.host,
      withAny.map((each) => each.host),
    )
    const anchors = datasets.flatMap((each) => each.anchors)
    return scriptAnswer(removalScript(host, anchors, iso(now())), `zwitness-anchors-${host}.sh`)
  },
})
