import { expect, test } from 'bun:test'
import { DatasetDetail } from '#lib/api/dataset-detail.ts'
import { DatasetSummary } from '#lib/api/dataset-summary.ts'
import { Maintenance } from '#lib/api/maintenance.ts'
import { Preview } from '#lib/api/plan.ts'
import { RunDetail } from '#lib/api/run-detail.ts'
import { Snapshot } from '#lib/api/snapshots.ts'
import { Status } from '#lib/api/status.ts'
import { detail, ended, healthy, preview, run, snapshot, status, summary } from './answers.ts'
import { PAUSE_OF_SAN } from './service.ts'

test.each([
  ['dataset', DatasetSummary, summary],
  ['healthy dataset', DatasetSummary, healthy],
  ['dataset with everything', DatasetDetail, detail],
  ['preview', Preview, preview],
  ['run', RunDetail, run],
  ['ended run', RunDetail, ended],
  ['status', Status, status],
  ['maintenance', Maintenance, PAUSE_OF_SAN],
  ['snapshot', Snapshot, snapshot(1, 'CLASH')],
])('the %s that the commands are tested with is what the API answers', (_, schema, answer) => {
  // Strict: a field that the API no longer has would be tested in vain.
  expect(schema.strict().safeParse(answer).error?.issues ?? []).toEqual([])
})
