import { describe, expect, test } from 'bun:test'
import { createRoom, limitsFor } from './snapshot-limits.ts'
import { parseSnapshotListing } from './snapshot-listing.ts'
import { createSnapshotReader, snapshotsIn } from './snapshot-reader.ts'

const row = (dataset: string, index: number) =>
  `${dataset}@s${index}\tsnapshot\t${index + 1}\t${index + 7}\t1700000000\t0\n`
const rows = (dataset: string, count: number) =>
  Array.from({ length: count }, (_, index) => row(dataset, index)).join('')
const room = () => createRoom(limitsFor(3))

function read(text: string, names: readonly string[], { size = 1000, of = room(), code = 0 as number | null } = {}) {
  const reader = createSnapshotReader(names, of)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size))
  reader.end(code)
  return reader.datasets()
}
/** How many were read, or why none were. */
const seen = (found: ReturnType<typeof read>) =>
  Object.fromEntries(
    [...(found ?? [])].map(([name, each]) => [
      name,
      'snapshots' in each
        ? each.snapshots.length + each.bookmarks.length
        : 'full' in each
          ? each.full
          : each.fault.reason,
    ]),
  )

describe('a listing in pieces', () => {
  const text = `p/a#m\tbookmark\t4\t9\t1700000000\t-\n${rows('p/a', 20)}${rows('p/b', 3)}`
  const names = ['p/a', 'p/b', 'p/none']

  test.each([1, 2, 13, 64, 1000, 99_999])('of %d bytes is what it is as a whole', (size) => {
    const whole = parseSnapshotListing(text, names)
    expect(read(text, names, { size })).toEqual(whole.fault === null ? new Map(whole.datasets) : new Map())
  })

  test('of a command that did not end with 0 nothing is known, and nothing is kept', () => {
    for (const code of [1, null]) {
      const of = createRoom({ ofADataset: 100, ofAHost: 100, bytesOfAHost: 5_000_000 })
      const reader = createSnapshotReader(['p/a'], of)
      reader.push(Buffer.from(rows('p/a', 100)))
      reader.end(code)
      expect(reader.datasets()).toBeNull()
      // There is room for as many as before it.
      expect(seen(read(rows('p/b', 100), ['p/b'], { of }))).toEqual({ 'p/b': 100 })
    }
  })

  test('an answer that nobody took in pieces is read as a whole', () => {
    const reader = createSnapshotReader(['p/a'], room())
    expect(seen(snapshotsIn({ names: ['p/a'], output: rows('p/a', 4), reader }, room()))).toEqual({ 'p/a': 4 })
    expect(seen(snapshotsIn({ names: ['p/a'], output: rows('p/a', 4) }, room()))).toEqual({ 'p/a': 4 })
  })
})

describe('a line that cannot be read', () => {
  const names = ['p/a', 'p/b']
  const bad = 'p/a@x\tsnapshot\t0\t1\t1\t0\n'

  test('costs the dataset that it names, and no other', () => {
    expect(seen(read(rows('p/a', 5) + bad + rows('p/b', 5), names))).toEqual({
      'p/a': expect.stringContaining('guid'),
      'p/b': 5,
    })
  })

  test.each([
    ['one that is nobody’s', `p/c@x\tsnapshot\t1\t1\t1\t0\n`],
    ['noise', 'motd\n'],
    ['an empty one', '\n'],
  ])('%s costs all of them: whose is missing cannot be told', (_, line) => {
    const found = seen(read(rows('p/a', 5) + line + rows('p/b', 5), names))
    expect(Object.values(found).every((each) => typeof each === 'string')).toBe(true)
  })

  test('so does the last one where it was cut off, and one that never ends', () => {
    const cutOff = seen(read(rows('p/a', 5) + row('p/b', 1).slice(0, -1), names))
    expect(cutOff).toEqual({ 'p/a': expect.stringContaining('cut off'), 'p/b': expect.stringContaining('cut off') })
    const endless = seen(read(rows('p/a', 5) + 'x'.repeat(9_000) + rows('p/b', 1), names))
    expect(endless).toEqual({ 'p/a': expect.stringContaining('longer'), 'p/b': expect.stringContaining('longer') })
  })

  test('of one dataset alone it is its own, whatever it names; and what is shown of it is short', () => {
    const found = read(`${'y'.repeat(4000)}\n`, ['p/a'])?.get('p/a')
    expect(found !== undefined && 'fault' in found && found.fault.text.length).toBe(300)
  })
})

describe('limits', () => {
  test('of a dataset: with one more nothing is kept of it, and the others are read', () => {
    const of = createRoom({ ofADataset: 1000, ofAHost: 5000, bytesOfAHost: 5_000_000 })
    const found = read(rows('p/a', 1000) + rows('p/b', 1001) + rows('p/c', 9), ['p/a', 'p/b', 'p/c'], { of })
    expect(seen(found)).toEqual({ 'p/a': 1000, 'p/b': 'ofADataset', 'p/c': 9 })
    expect(limitsFor(1).ofADataset).toBe(100_000)
  })

  test('that it is beyond is known before the listing ends', () => {
    const reader = createSnapshotReader(
      ['p/a', 'p/b'],
      createRoom({ ofADataset: 100, ofAHost: 150, bytesOfAHost: 5_000_000 }),
    )
    reader.push(Buffer.from(rows('p/b', 100)))
    expect([[...reader.unreadable()], reader.isHopeless()]).toEqual([[], false])
    reader.push(Buffer.from(row('p/b', 100)))
    expect([...reader.unreadable()]).toEqual([['p/b', { full: 'ofADataset' }]])
    expect(reader.isHopeless()).toBe(false)
    reader.push(Buffer.from('p/a@x\tsnapshot\t0\t1\t1\t0\n'))
    expect(reader.isHopeless()).toBe(true)
  })

  test('all of a host together: whose does not fit any more is left out, what is small still fits', () => {
    const of = createRoom({ ofADataset: 1000, ofAHost: 1200, bytesOfAHost: Infinity })
    const names = ['p/a', 'p/b', 'p/c', 'p/d']
    const found = read(rows('p/a', 900) + rows('p/b', 900) + rows('p/c', 6) + rows('p/d', 7), names, { of })
    expect(seen(found)).toEqual({ 'p/a': 900, 'p/b': 'ofAHost', 'p/c': 6, 'p/d': 'ofAHost' })
  })

  test('what did not fit beside a listing that came to nothing may fit afterwards', () => {
    const of = createRoom({ ofADataset: 1000, ofAHost: 1200, bytesOfAHost: Infinity })
    const text = rows('p/a', 900) + rows('p/b', 900)
    expect(read(text, ['p/a', 'p/b'], { of, code: null })).toBeNull()
    expect(seen(read(rows('p/a', 900), ['p/a'], { of }))).toEqual({ 'p/a': 900 })
  })

  test('and what they take: names that no other dataset has count as what they are', () => {
    const named = (dataset: string, name: string) => rows(dataset, 100).replaceAll('@s', `@${name}`)
    const limits = { ofADataset: 1000, ofAHost: 1000, bytesOfAHost: 60_000 }
    const text = (of: (name: string) => string) => ['p/a', 'p/b', 'p/c'].map((name) => named(name, of(name))).join('')
    const names = ['p/a', 'p/b', 'p/c']
    expect(
      seen(
        read(
          text(() => 's'),
          names,
          { of: createRoom(limits) },
        ),
      ),
    ).toEqual({ 'p/a': 100, 'p/b': 100, 'p/c': 100 })
    expect(
      seen(
        read(
          text((name) => name.slice(2)),
          names,
          { of: createRoom(limits) },
        ),
      ),
    ).toEqual({
      'p/a': 100,
      'p/b': 100,
      'p/c': 'bytesOfAHost',
    })
    const long = text((name) => name.slice(2).repeat(150))
    expect(seen(read(long, names, { of: createRoom(limits) }))).toMatchObject({ 'p/a': 100, 'p/b': 'bytesOfAHost' })
  })

  test('what is kept of a host already counts', () => {
    const limits = { ofADataset: 1000, ofAHost: 1000, bytesOfAHost: 60_000 }
    const kept = read(rows('p/a', 100), ['p/a'], { of: createRoom(limits) })?.get('p/a')
    if (kept === undefined || !('snapshots' in kept)) throw new Error('It was not read.')
    const of = createRoom(limits, [kept, kept])
    expect(seen(read(rows('p/b', 100), ['p/b'], { of }))).toEqual({ 'p/b': 'bytesOfAHost' })
  })

  test('a createtxg that differs is its own, whatever its name is', () => {
    const other = row('p/b', 1).replace('\t8\t', '\t9007199254740993\t')
    const found = read(row('p/a', 1) + other + row('p/c', 1), ['p/a', 'p/b', 'p/c'])
    const txgs = [...(found ?? [])].map(([, each]) => ('snapshots' in each ? each.snapshots[0]?.createtxg : null))
    expect(txgs).toEqual([8n, 9007199254740993n, 8n])
  })

  test('a million on a thousand datasets are read', () => {
    expect(limitsFor(1000).ofAHost).toBeGreaterThan(1_000_000)
    // Also with names of 40 characters that no other dataset has; so are 5,000 on each of fifty.
    expect(limitsFor(1000).bytesOfAHost).toBeGreaterThan(1_000_000 * 290)
    expect(limitsFor(50).bytesOfAHost).toBeGreaterThan(250_000 * 290)
    // With names that others have too.
    for (const datasets of [100, 200, 300])
      expect(limitsFor(datasets).bytesOfAHost).toBeGreaterThan(datasets * 5_000 * 150)
  })
})
