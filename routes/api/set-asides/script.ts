import { z } from 'zod'
import { lastReadOfAll } from '#lib/api/last-read.ts'
import { datasetsMeant, hostOrDataset } from '#lib/api/refusals.ts'
import { hostOfScript, makersOf, SCRIPT_TYPE, scriptAnswer, setAsidesIn } from '#lib/api/set-asides.ts'
import { cleanUpScript } from '#lib/inspect/set-asides.ts'
import { defineRoute } from '#lib/services.ts'
import { iso } from '#lib/text/words.ts'

export const GET = defineRoute({
  summary: 'A script that removes the set-asides of one SAN, for its admin to read and to run there.',
  description:
    'It says what it would do, and does it only with `--really`. Every removal is guarded by guids; zwitness never runs it.',
  operationId: 'setAsidesScript',
  tags: ['set-asides'],
  input: z.object(hostOrDataset),
  produces: SCRIPT_TYPE,
  errors: { 404: ['NO_SUCH_DATASET', 'NO_SUCH_HOST'], 422: ['VALIDATION'] },
  async run(query, context) {
    const { engine, store, now } = context
    const views = datasetsMeant(context, query, 'backup')
    const inventories = await lastReadOfAll(context)
    const { setAsides } = setAsidesIn(views, engine.seen, await makersOf(store, inventories))
    const hosts = query.datasetId === undefined ? setAsides : views.map(({ dataset }) => dataset.mapping.backup)
    const host = hostOfScript(
      query.host,
      hosts.map((each) => each.host),
    )
    return scriptAnswer(cleanUpScript(host, setAsides, iso(now())), `zwitness-set-asides-${host}.sh`)
  },
})
