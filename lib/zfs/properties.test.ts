import { expect, test } from 'bun:test'
import { parseProperties } from './properties.ts'

/** As OpenZFS 2.3.9 printed it. */
const REAL = 'readonly\toff\tlocal\ncanmount\ton\tdefault\nmountpoint\t/pools/hqs1p1/s\tinherited from hqs1p1\n'
const NAMES = ['readonly', 'canmount', 'mountpoint']

test('reads values and where they come from', () => {
  const listing = parseProperties(REAL, NAMES)
  expect(listing.fault === null && [...listing.properties]).toEqual([
    ['readonly', { value: 'off', source: 'local' }],
    ['canmount', { value: 'on', source: 'default' }],
    ['mountpoint', { value: '/pools/hqs1p1/s', source: 'inherited' }],
  ])
})

test.each([
  ['a row too few', REAL.slice(0, REAL.indexOf('mountpoint'))],
  ['a row too many', `${REAL}atime\ton\tdefault\n`],
  ['another order', 'canmount\ton\tdefault\nreadonly\toff\tlocal\nmountpoint\t/x\tlocal\n'],
  ['a mount point that forges a row', REAL.replace('/pools/hqs1p1/s', '/x\tlocal\nreadonly\ton')],
  ['a mount point with a tab', REAL.replace('/pools/', '/po\tols/')],
  ['an unknown source', REAL.replace('default', 'hearsay')],
  ['a cut-off', REAL.slice(0, -1)],
])('%s is a fault', (_, text) => expect(parseProperties(text, NAMES).fault).not.toBeNull())
