import { describe, expect, test } from 'bun:test'
import { bigDecimalAt, decimalAt, parseSnapshotListing } from './snapshot-listing.ts'

/** As OpenZFS 2.3.9 printed it. */
const REAL = [
  'hqs8p1/zl/s#mark\tbookmark\t18025512721595135951\t344\t1795376786\t-',
  'hqs8p1/zl/s@a\tsnapshot\t18025512721595135951\t344\t1795376786\t1',
  'hqs8p1/zl/s@b\tsnapshot\t890686505938260990\t345\t1795376786\t0',
  'hqs8p1/zl/s@c d\tsnapshot\t9768106150056981848\t346\t1795376786\t0',
  '',
].join('\n')
const DS = 'hqs8p1/zl/s'

function read(text: string, datasets: readonly string[] = [DS]) {
  const listing = parseSnapshotListing(text, datasets)
  if (listing.fault !== null) throw new Error(listing.fault.reason)
  return listing.datasets
}

describe('parseSnapshotListing', () => {
  test('reads what a real host prints', () => {
    expect(read(REAL).get(DS)).toEqual({
      snapshots: [
        { name: 'a', guid: '18025512721595135951', createtxg: 344n, creation: 1795376786, holds: 1 },
        { name: 'b', guid: '890686505938260990', createtxg: 345n, creation: 1795376786, holds: 0 },
        { name: 'c d', guid: '9768106150056981848', createtxg: 346n, creation: 1795376786, holds: 0 },
      ],
      bookmarks: [{ name: 'mark', guid: '18025512721595135951', createtxg: 344n, creation: 1795376786 }],
      bytes: expect.any(Number),
    })
  })

  test('guids that a JavaScript number would make equal stay two', () => {
    const text = 'p/a@1\tsnapshot\t13274492637528917951\t1\t1\t0\np/a@2\tsnapshot\t13274492637528918000\t2\t1\t0\n'
    expect(
      read(text, ['p/a'])
        .get('p/a')
        ?.snapshots.map((each) => each.guid),
    ).toEqual(['13274492637528917951', '13274492637528918000'])
  })

  test('order is by createtxg whatever the names, clocks and lines say; ties keep the order of the listing', () => {
    const text = ['z 30 100', 'c 10 300', 'b 20 1', 'a 20 0', 'y 9 400']
      .map((row) => row.split(' '))
      .map(([name, txg, creation], index) => `p/a@${name}\tsnapshot\t${index + 1}\t${txg}\t${creation}\t0\n`)
      .join('')
    expect(
      read(text, ['p/a'])
        .get('p/a')
        ?.snapshots.map((each) => each.name),
    ).toEqual(['y', 'c', 'b', 'a', 'z'])
  })

  test('createtxg is a whole 64-bit number', () => {
    const text = 'p/a@1\tsnapshot\t1\t18446744073709551615\t1\t0\n'
    expect(read(text, ['p/a']).get('p/a')?.snapshots[0]?.createtxg).toBe(18446744073709551615n)
  })

  test('several datasets in one listing, mixed, one of them with nothing', () => {
    const text = 'p/a@1\tsnapshot\t1\t1\t1\t0\np/b@1\tsnapshot\t2\t1\t1\t0\np/a@2\tsnapshot\t3\t2\t1\t0\n'
    const found = read(text, ['p/a', 'p/b', 'p/empty'])
    expect([...found].map(([name, { snapshots }]) => [name, snapshots.length])).toEqual([
      ['p/a', 2],
      ['p/b', 1],
      ['p/empty', 0],
    ])
  })

  test('names keep their spaces at the ends', () => {
    expect(read('p/a @ s \tsnapshot\t1\t1\t1\t0\n', ['p/a ']).get('p/a ')?.snapshots[0]?.name).toBe(' s ')
  })

  test.each([
    ['cut off in the middle of a line', REAL.slice(0, -5), 4, 'cut off'],
    ['a column too few', REAL.replace('\t1795376786\t1\n', '\t1\n'), 2, '6 columns'],
    ['a column too many', REAL.replace('\t0\n', '\t0\tx\n'), 3, 'userrefs'],
    ['a line of noise', `motd\n${REAL}`, 1, '6 columns'],
    ['an empty line', `${REAL}\n`, 5, '6 columns'],
    ["a child's snapshot", REAL.replace('zl/s@b', 'zl/s/kid@b'), 3, 'not asked for'],
    ['a dataset whose name only begins the same', REAL.replace('zl/s@b', 'zl/s2@b'), 3, 'not asked for'],
    ['a filesystem among them', REAL.replace('\tsnapshot\t', '\tfilesystem\t'), 2, 'filesystem'],
    ['a bookmark called a snapshot', REAL.replace('\tbookmark\t', '\tsnapshot\t'), 1, 'no @'],
    ['a second @', REAL.replace('@b', '@b@c'), 3, 'no name that ZFS takes'],
    ['no label', REAL.replace('@b', '@'), 3, 'no name that ZFS takes'],
    ['a label with a quote', REAL.replace('@b', "@b'c"), 3, 'no name that ZFS takes'],
    ['a name too long', REAL.replace('@b', `@${'b'.repeat(250)}`), 3, 'no name that ZFS takes'],
    ['guid 0', REAL.replace('890686505938260990', '0'), 3, 'guid'],
    ['a guid past 64 bits', REAL.replace('890686505938260990', '18446744073709551616'), 3, 'guid'],
    ['a txg with a sign', REAL.replace('\t345\t', '\t-345\t'), 3, 'createtxg'],
    ['a txg with a leading zero', REAL.replace('\t345\t', '\t0345\t'), 3, 'createtxg'],
    ['a date for people', REAL.replace('345\t1795376786', '345\tSun Nov 22'), 3, 'creation'],
    ['no number of holds', REAL.replace('786\t1\n', '786\t-\n'), 2, 'userrefs'],
    ['a bookmark with holds', REAL.replace('786\t-\n', '786\t1\n'), 1, 'userrefs'],
    ['a Windows line end', REAL.replaceAll('\n', '\r\n'), 1, 'userrefs'],
  ])('%s is a fault of the whole listing', (_, text, line, reason) => {
    expect(parseSnapshotListing(text, [DS]).fault).toMatchObject({ line, reason: expect.stringContaining(reason) })
  })
})

test.each([
  ['0', 0],
  ['7', 7],
  ['999999999999999', 999_999_999_999_999],
  ['18446744073709551615', 18_446_744_073_709_552_000],
  ['18446744073709551616', -1],
  ['', -1],
  ['00', -1],
  ['01', -1],
  ['1a', -1],
  ['-1', -1],
  [' 1', -1],
])('decimalAt %p is %p, wherever it stands', (text, value) => {
  expect(decimalAt(text, 0, text.length)).toBe(value)
  expect(decimalAt(`9${text}9`, 1, 1 + text.length)).toBe(value)
})

test('bigDecimalAt keeps every digit', () => {
  expect(bigDecimalAt('16949630131570962030', 0, 20)).toBe(16949630131570962030n)
  expect(bigDecimalAt('42', 0, 2)).toBe(42n)
  expect(bigDecimalAt('4x', 0, 2)).toBeNull()
})
