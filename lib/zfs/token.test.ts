import { describe, expect, test } from 'bun:test'
import { isResumeToken, parseResumeToken, plausibleBytes } from './token.ts'

/** As `zfs send -nvP -t` of OpenZFS 2.3.9 printed it on stdout, for a full and for an incremental stream. */
const FULL = `resume token contents:
nvlist version: 0
\tobject = 0x4
\toffset = 0xfc0000
\tbytes = 0x130c980
\ttoguid = 0x65463ae0bf5178cd
\ttoname = hqs8p1/zl/s@d
full\thqs8p1/zl/s@d\t23501016
size\t23501016
`
const INCREMENTAL = FULL.replace('\tobject', '\tfromguid = 0x878f48ca32747558\n\tobject').replace(
  'full\t',
  'incremental\thqs8p1/zl/s@c d\t',
)

describe('parseResumeToken', () => {
  test('of a full stream', () => {
    expect(parseResumeToken(FULL)).toEqual({
      toName: 'hqs8p1/zl/s@d',
      toGuid: '7297584983157340365',
      fromGuid: null,
      bytes: 19_974_528,
      remainingBytes: 23_501_016,
    })
  })

  test('of an incremental stream', () => {
    expect(parseResumeToken(INCREMENTAL)?.fromGuid).toBe('9768106150056981848')
  })

  test('of a raw stream, which alone says so', () => {
    const raw = FULL.replace('full\t', '\tcompressok = 1\n\trawok = 1\nfull\t')
    expect(parseResumeToken(raw)?.raw).toBe(true)
    expect(parseResumeToken(raw.replace('rawok = 1', 'rawok = 0'))?.raw).toBeUndefined()
  })

  test('of a stale token: the facts are printed, the size is not', () => {
    expect(parseResumeToken(FULL.slice(0, FULL.indexOf('full')))?.remainingBytes).toBeNull()
  })

  test.each([
    ['nothing', ''],
    ['no guid', FULL.replace('toguid', 'xguid')],
    ['a guid that is no number', FULL.replace('0x65463ae0bf5178cd', '0xzz')],
    ['a name that is no snapshot', FULL.replace('toname = hqs8p1/zl/s@d', 'toname = hqs8p1/zl/s')],
    ['a damaged base', INCREMENTAL.replace('0x878f48ca32747558', 'none')],
    ['no byte count', FULL.replace('\tbytes = 0x130c980\n', '')],
  ])('%s is no answer', (_, text) => expect(parseResumeToken(text)).toBeNull())
})

test.each([
  ['1-a3d29ad39-b8-789c636064', true],
  ['nonsense', false],
  ['1-abc-10-xyz', false],
  ['1-a-b-cd;id', false],
  ['-t-a-b-cd', false],
  ['', false],
])('isResumeToken %p is %p', (text, answer) => expect(isResumeToken(text)).toBe(answer))

test('a size near 2^64 means that nobody knows', () => {
  expect(plausibleBytes('18446744073709550592')).toBeNull()
  expect(plausibleBytes('3028216')).toBe(3_028_216)
})
