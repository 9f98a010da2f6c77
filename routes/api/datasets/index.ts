import { z } from 'zod'
import {
  DatasetSummary,
  DEFAULT_SORT,
  datasetSummary,
  filterDatasets,
  pageOfDatasets,
  SORT_WORDS,
} from '#lib/api/dataset-summary.ts'
import { NextCursor, pagingFields, Timestamp, weakTag } from '#lib/api/fields.ts'
import { ReasonCode, Status } from '#lib/api/words.ts'
import { reply } from '#lib/runtime/reply.ts'
import { defineRoute } from '#lib/services.ts'
import { iso } from '#lib/text/words.ts'

export const GET = defineRoute({
  summary: 'All monitored datasets.',
  description: 'Worst first. Send `If-None-Match`: 304 as long as nothing has changed.',
  operationId: 'datasets',
  tags: ['datasets'],
  input: z.object({
    status: z.array(Status).optional().describe('Any of these.'),
    pair: z.string().max(300).optional().describe('Name of a pair.'),
    reason: z.array(ReasonCode).optional().describe('Main reason, any of these.'),
    q: z.string().max(200).optional().describe('Text in id, datasets, hosts, pair or reason.'),
    sort: z.array(z.enum(SORT_WORDS)).max(6).optional().describe('`-` is descending; default `-severity,-delay,name`.'),
    ...pagingFields(1000, 100),
  }),
  output: z.object({
    items: z.array(DatasetSummary),
    total: z.number().int().describe('Rows on all pages.'),
    nextCursor: NextCursor,
    asOf: Timestamp,
  }),
  errors: { 400: ['BAD_CURSOR'] },
  etag: true,
  run({ sort, limit, cursor, ...filter }, { engine, now }) {
    const at = now()
    const rows = filterDatasets(
      engine.datasets().map((view) => datasetSummary(view, at)),
      filter,
    )
    const page = pageOfDatasets(rows, { sort: sort?.length ? sort : DEFAULT_SORT, limit, cursor })
    const body = { ...page, total: rows.length }
    return reply(200, { ...body, asOf: iso(at) }, { ETag: weakTag(body) })
  },
})
