import { expect, test } from 'bun:test'
import { difference } from './describe.ts'
import { changed, loaded, PRODUCT_YAML } from './load.fixture.ts'

const before = loaded(PRODUCT_YAML).config
const to = (text: string) => difference(before, loaded(text).config)

test('comments, order and other spellings of the same are no difference', () => {
  expect(to(`# hello\n${changed('max_delay_hours: 72', 'max_delay_hours: 72.0, warn_delay_hours: 36')}`)).toEqual({
    changed: false,
    added: [],
    removed: [],
    changes: [],
  })
})

test('a changed setting is told in the words of the file', () => {
  expect(to(changed('interval_minutes: 30', 'interval_minutes: 60')).changes).toEqual([
    { path: 'scheduler.cron', datasetId: null, from: '*/30 * * * *', to: '0 * * * *' },
    { path: 'scheduler.interval_minutes', datasetId: null, from: 30, to: 60 },
  ])
})

test('a default touches every dataset that it reaches', () => {
  const { changes } = to(`${PRODUCT_YAML}defaults: { keep_free: 1TiB }\n`)
  expect(changes.map(({ datasetId, path, from, to }) => [datasetId, path, from, to])).toEqual([
    ['hqs8-hqs1.HQS8DAT1', 'datasets.hqs8-hqs1.HQS8DAT1.keep_free', '10%', '1TiB'],
    ['hqs10-hqs7.HQS10DAT1', 'datasets.hqs10-hqs7.HQS10DAT1.keep_free', '10%', '1TiB'],
  ])
})

test('datasets and hosts come and go whole', () => {
  const { added, removed, changed: any } = to(changed('hqs8p1/HQS8DAT1', 'hqs8p1/NEW').replaceAll('hqs7', 'hqs6'))
  expect(any).toBe(true)
  expect(added).toContainEqual({
    path: 'datasets.hqs8-hqs1.NEW',
    datasetId: 'hqs8-hqs1.NEW',
    from: null,
    to: 'hqs8:hqs8p1/NEW → hqs1:hqs1p1/HQS8DAT1',
  })
  expect(removed).toContainEqual({
    path: 'san_hosts.hqs7',
    datasetId: null,
    from: 'zfsadmin@hqs7.storage.local',
    to: null,
  })
})
