import { DatasetDetail, datasetDetail } from '#lib/api/dataset-detail.ts'
import { DAY_MS } from '#lib/api/fields.ts'
import { datasetInput, noSuchDataset } from '#lib/api/refusals.ts'
import { makersOf, setAsidesIn, setAsideView } from '#lib/api/set-asides.ts'
import { defineRoute } from '#lib/services.ts'

export const GET = defineRoute({
  summary: 'One dataset: why it is as it is, and what could be done.',
  operationId: 'show',
  tags: ['datasets'],
  input: datasetInput,
  output: DatasetDetail,
  errors: { 404: ['NO_SUCH_DATASET'] },
  async run({ id }, { engine, store, inspection, now }) {
    const view = engine.dataset(id) ?? noSuchDataset(id)
    const at = now()
    const history = await store.lag(id, at - 30 * DAY_MS, at, DAY_MS)
    const inventory = engine.seen(id)
    const { setAsides, unseen } = setAsidesIn([view], () => inventory, await makersOf(store, [inventory]))
    return datasetDetail(view, {
      hosts: engine.hosts(),
      history,
      setAsides: unseen.length > 0 ? null : setAsides.map((each) => setAsideView(each, at)),
      verification: await inspection.verification(id),
      now: at,
    })
  },
})
