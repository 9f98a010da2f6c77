import { describe, expect, test } from 'bun:test'
import { DATASET_COLUMNS, DATASET_COLUMNS_BEFORE_2_2 } from './columns.ts'
import { parseDatasetListing, parsePoolListing } from './dataset-listing.ts'

/** As OpenZFS 2.3.9 printed it: a filesystem with a space in its name, one with snapshots, a volume. */
const REAL = [
  'hqs8p1/zl\tfilesystem\t4192041330298983478\t338\t1795376700\t-\t-\t-\t24576\t13794304\t24576\t1865080320\toff\tyes\toff\t-\t-',
  'hqs8p1/zl/my data\tfilesystem\t2742138077945154295\t343\t1795376700\t-\t-\t-\t24576\t24576\t24576\t1865080320\toff\tyes\toff\t-\t-',
  'hqs8p1/zl/s\tfilesystem\t17572128235620816271\t340\t1795376700\t-\t1795376786\t-\t0\t3259392\t3245056\t1865080320\toff\tyes\toff\t-\t-',
  'hqs8p1/zl/vol\tvolume\t695910726607833112\t341\t1795376700\t-\t-\t-\t12288\t10485760\t12288\t1875553792\toff\t-\toff\t-\t-',
  '',
].join('\n')
const PARTIAL =
  'hqs1p1/zl/t\tfilesystem\t344157260445648788\t396\t1795376700\t-\t-\t1-a3d29ad39-b8-789c6360\t19894272\t19894272\t19894272\t1858713088\ton\tno\taes-256-gcm\thqs1p1/zl/t\tunavailable\n'
const CLONE = 'hqs1p1/c\tfilesystem\t5\t9\t1795376700\thqs1p1/zl/t@a b\t-\t-\t0\t0\t1\t2\ton\tno\toff\t-\t-\n'

const all = { names: ['hqs8p1/zl'], recursive: true }
const only = (name: string) => ({ names: [name], recursive: false })

function read(text: string, scope = all) {
  const listing = parseDatasetListing(text, DATASET_COLUMNS, scope)
  if (listing.fault !== null) throw new Error(listing.fault.reason)
  return listing.datasets
}
function faultOf(text: string, scope = all) {
  return parseDatasetListing(text, DATASET_COLUMNS, scope).fault
}

describe('parseDatasetListing', () => {
  test('reads what a real host prints', () => {
    const datasets = read(REAL)
    expect(datasets.map((each) => each.name)).toEqual([
      'hqs8p1/zl',
      'hqs8p1/zl/my data',
      'hqs8p1/zl/s',
      'hqs8p1/zl/vol',
    ])
    expect(datasets[2]).toEqual({
      name: 'hqs8p1/zl/s',
      type: 'filesystem',
      guid: '17572128235620816271',
      createtxg: 340n,
      creation: 1795376700,
      origin: null,
      snapshotsChanged: 1795376786,
      receiveResumeToken: null,
      written: 0,
      used: 3259392,
      referenced: 3245056,
      available: 1865080320,
      readonly: false,
      mounted: true,
      encryption: 'off',
      encryptionRoot: null,
      keyStatus: null,
    })
    expect(datasets[3]).toMatchObject({ type: 'volume', mounted: false })
  })

  test('a dataset without snapshots and one that waits for the rest of its first stream have no snapshotsChanged', () => {
    expect(read(PARTIAL, only('hqs1p1/zl/t'))[0]).toMatchObject({
      snapshotsChanged: null,
      receiveResumeToken: '1-a3d29ad39-b8-789c6360',
      readonly: true,
      encryption: 'aes-256-gcm',
      encryptionRoot: 'hqs1p1/zl/t',
      keyStatus: 'unavailable',
    })
  })

  test('a clone names its origin', () => expect(read(CLONE, only('hqs1p1/c'))[0]?.origin).toBe('hqs1p1/zl/t@a b'))

  test('a host before 2.2 is asked for one column less', () => {
    const text = CLONE.replace('\t-\t-\t0\t', '\t-\t0\t')
    const listing = parseDatasetListing(text, DATASET_COLUMNS_BEFORE_2_2, only('hqs1p1/c'))
    expect(listing.fault).toBeNull()
    expect(listing.fault === null && listing.datasets[0]?.snapshotsChanged).toBeNull()
  })

  test('spaces at the ends belong to the name', () => {
    const name = 'hqs1p1/ c '
    expect(read(CLONE.replace('hqs1p1/c', name), only(name))[0]?.name).toBe(name)
  })

  test('nothing printed is no dataset', () => expect(read('')).toEqual([]))

  test.each([
    ['cut off in the middle', REAL.slice(0, -40), 4, 'cut off'],
    ['one column too few', REAL.replace('\toff\tyes', '\tyes'), 1, '16 columns, 17 were asked for'],
    ['one column too many', REAL.replace('\toff\tyes', '\tx\toff\tyes'), 1, '18 columns'],
    ['an empty line', `\n${REAL}`, 1, '1 columns'],
    ['a banner before it', `Welcome!\n${REAL}`, 1, '1 columns'],
    ['a guid that is no number', REAL.replace('2742138077945154295', '0x27'), 2, 'column guid'],
    ['a negative size', REAL.replace('\t3259392\t', '\t-5\t'), 3, 'column used'],
    ['a size for people', REAL.replace('\t3259392\t', '\t3.1M\t'), 3, 'column used'],
    ['a token with a quote', REAL.replace('1795376786\t-', "1795376786\t1-a-b-c'"), 3, 'column receive_resume_token'],
    ['a dataset of another pool', REAL.replace('hqs8p1/zl/s', 'hqs8p2/zl/s'), 3, 'was not asked for'],
    ['a dataset beside the root', REAL.replace('hqs8p1/zl/s', 'hqs8p1/zls'), 3, 'was not asked for'],
    ['a name that ZFS does not take', REAL.replace('zl/s\t', 'zl/`id`\t'), 3, 'column name'],
    ['the same dataset twice', REAL + REAL, 5, 'listed twice'],
    ['a Windows line end', REAL.replaceAll('\n', '\r\n'), 1, 'column keystatus'],
  ])('%s is a fault of the whole listing', (_, text, line, reason) => {
    expect(faultOf(text)).toMatchObject({ line, reason: expect.stringContaining(reason) })
  })

  test('without recursion a child was not asked for', () => {
    expect(faultOf(REAL, only('hqs8p1/zl'))).toMatchObject({ line: 2 })
  })

  test('a faulty line is shown cleaned and short', () => {
    const fault = faultOf(`\u001b[31m${'x'.repeat(10_000)}\n`)
    expect(fault?.text.length).toBe(300)
    expect(fault?.text).not.toContain('\u001b')
  })
})

describe('parsePoolListing', () => {
  test('reads what a real host prints', () => {
    const listing = parsePoolListing('hqs8p1\tONLINE\toff\t2013265920\t2013138432\n', ['hqs8p1', 'nopool'])
    expect(listing).toEqual({
      fault: null,
      pools: [{ name: 'hqs8p1', health: 'ONLINE', readonly: false, sizeBytes: 2013265920, freeBytes: 2013138432 }],
    })
  })

  test('a pool that cannot be opened has a health and nothing else', () => {
    const listing = parsePoolListing('hqs8p1\tFAULTED\t-\t-\t-\n', ['hqs8p1'])
    expect(listing.fault === null && listing.pools[0]).toMatchObject({ health: 'FAULTED', sizeBytes: 0, freeBytes: 0 })
  })

  test.each([
    ['hqs8p1\tONLINE\toff\t1\n', '4 columns'],
    ['hqs8p1\t\toff\t1\t1\n', 'column health'],
    ['other\tONLINE\toff\t1\t1\n', 'was not asked for'],
  ])('%p is a fault', (text, reason) => {
    expect(parsePoolListing(text, ['hqs8p1']).fault?.reason).toContain(reason)
  })
})
