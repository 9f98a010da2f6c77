import { describe, expect, test } from 'bun:test'
import { deflateSync } from 'node:zlib'
import {
  decodeToken,
  encodeToken,
  isResumeToken,
  parseResumeToken,
  plausibleBytes,
  readToken,
  type TokenField,
} from './token.ts'

/** A raw increment, cut off: the token that OpenZFS 2.3.9 gave, and what `zfs send -nvP -t` printed of it on stdout. */
const RAW =
  '1-dfd2c75a5-118-789c636064000310a501c49c50360710a715e5e7a69766a63040817adba4bccd51363f14806c762475f94959a9c9250c0c4c507518f26969c5a925209908b83c1b927c5265496a3190ce718ec2aabf241fe28aaec613559b5f74ecd54092e704cbe725e6a632306414165b1418eaa7e6253b141b42cde16640f82f393fb7a028b5b8383f1b22260175074cbe28b11c26c5000086372668'
const RAW_TEXT = `resume token contents:
nvlist version: 0
\tfromguid = 0xf83c5ab36e928627
\tobject = 0x2
\toffset = 0x580000
\tbytes = 0x5a436c
\ttoguid = 0xbd88e8b37ac8818a
\ttoname = hqs8p1/enc@s1
\tcompressok = 1
\trawok = 1
incremental\thqs8p1/enc@s0\thqs8p1/enc@s1\t15140868
size\t15140868
`
/** A plain first transfer of the same day. */
const FULL =
  '1-8aa7d8c73-b8-789c636064000310a500c4ec50360710e72765a52697303030419460caa7a515a796806464e0f26c48f2499525a9c540da43460eabfe92fcf4d2cc140686c05fbbc38f4e3eceaa8124cf0996cf4bcc4d6560c8282cb62830d42f773064800300efee158d'

/** Of the raw one, with what makes another stream of it. */
const FIELDS = decodeToken(RAW) ?? []
const forged = (change: (fields: readonly TokenField[]) => readonly TokenField[]) => encodeToken(change(FIELDS))
const without = (name: string) => (fields: readonly TokenField[]) => fields.filter(([each]) => each !== name)
const changed = (name: string, value: TokenField[1]) => (fields: readonly TokenField[]) =>
  fields.map((field): TokenField => (field[0] === name ? [name, value] : field))

describe('what a token holds', () => {
  test('of a raw increment, as real ZFS gave it', () => {
    expect(readToken(RAW)).toEqual({
      toName: 'hqs8p1/enc@s1',
      toGuid: `${0xbd88e8b37ac8818an}`,
      fromGuid: `${0xf83c5ab36e928627n}`,
      bytes: 5_915_500,
      flags: { raw: true, compressed: true, largeBlocks: false, embedded: false },
    })
  })

  test('of a full stream', () => {
    expect(readToken(FULL)).toMatchObject({
      toName: 'hqs8p1/w@1',
      fromGuid: null,
      flags: { raw: false, compressed: false },
    })
  })

  test('packed again it is the same token but for how it is deflated, which ZFS reads too', () => {
    expect(decodeToken(encodeToken(FIELDS))).toEqual(FIELDS)
  })

  test('without `rawok` it says so: by it ZFS sends decrypted', () => {
    expect(readToken(forged(without('rawok')))?.flags).toMatchObject({ raw: false, compressed: true })
  })

  test.each<[string, string]>([
    // `zfs send -nvP -t` prints exactly RAW_TEXT of this one, and sends decrypted: seen on 2.3.9.
    [
      'a line break in its name that makes up `rawok = 1`',
      forged((all) =>
        changed('toname', 'hqs8p1/enc@s1\n\tcompressok = 1\n\trawok = 1')(without('rawok')(without('compressok')(all))),
      ),
    ],
    ['a flag that is a number', forged((all) => [...without('rawok')(all), ['rawok', 0n]])],
    ['a field twice', forged((all) => [...all, ...all.filter(([name]) => name === 'toguid')])],
    ['a field that no receiver writes', forged((all) => [...all, ['redact_snaps', true]])],
    ['no name', forged(without('toname'))],
    ['no guid', forged(without('toguid'))],
    ['a guid that is a name', forged(changed('toguid', '1'))],
    ['a base that is a flag', forged(changed('fromguid', true))],
    ['no place to go on from', forged(without('offset'))],
    ['a name that is no snapshot', forged(changed('toname', 'hqs8p1/enc'))],
    ['another checksum', RAW.replace('dfd2c75a5', 'dfd2c75a6')],
    ['another length', RAW.replace('-118-', '-110-')],
    ['cut off', RAW.slice(0, -8)],
    ['no zlib stream', '1-abc-10-789c00'],
    ['another version', RAW.replace(/^1/, '2')],
    ['nothing', ''],
  ])('%s is no token', (_, token) => expect(readToken(token)).toBeNull())

  test('bytes that ZFS would read, and that packed again are others, are no token: nothing is read in two ways', () => {
    const packed = Buffer.from(Bun.inflateSync(Buffer.from(RAW.split('-')[3] ?? '', 'hex').subarray(2)))
    for (const at of [5, 9, 0x12, packed.length - 1]) {
      const odd = Buffer.from(packed)
      odd[at] = (odd[at] ?? 0) ^ 0x40
      expect(readToken(tokenOf(odd))).toBeNull()
    }
    expect(readToken(tokenOf(packed))).not.toBeNull()
    expect(readToken(tokenOf(Buffer.concat([packed, Buffer.from('rawok')])))).toBeNull()
  })

  test('one that would fill the memory is given up at 16 KiB', () => {
    const bomb = deflateSync(Buffer.alloc(7_000_000))
    expect(bomb.length).toBeLessThan(8192)
    expect(readToken(tokenOf(Buffer.alloc(0), bomb))).toBeNull()
  })
})

/** A token of these packed bytes, with a checksum that is right. */
function tokenOf(packed: Buffer, deflated = deflateSync(packed)): string {
  let sum = 0n
  for (let at = 0; at + 4 <= deflated.length; at += 4) sum += BigInt(deflated.readUInt32LE(at))
  return `1-${sum.toString(16)}-${packed.length.toString(16)}-${deflated.toString('hex')}`
}

describe('what would be sent by it', () => {
  test('stands in the answer of the sending host, with what is left', () => {
    expect(parseResumeToken(RAW, RAW_TEXT)).toMatchObject({
      sends: { from: 'hqs8p1/enc@s0', to: 'hqs8p1/enc@s1' },
      remainingBytes: 15_140_868,
      flags: { raw: true },
    })
    expect(parseResumeToken(FULL, 'full\thqs8p1/w@1\t2301016\nsize\t2301016\n')?.sends).toEqual({
      from: null,
      to: 'hqs8p1/w@1',
    })
  })

  test('of a stale token: the facts are printed, the size is not', () => {
    const printed = RAW_TEXT.slice(0, RAW_TEXT.indexOf('incremental'))
    expect(parseResumeToken(RAW, printed)).toBeNull()
    // Which snapshot was to arrive is known all the same.
    expect(readToken(RAW)?.toGuid).toBe(`${0xbd88e8b37ac8818an}`)
  })

  test('what is printed of the contents changes nothing', () => {
    const said = parseResumeToken(forged(without('rawok')), RAW_TEXT)
    expect(said?.flags.raw).toBe(false)
  })

  test.each([
    ['nothing', ''],
    ['no stream', RAW_TEXT.slice(0, RAW_TEXT.indexOf('incremental'))],
    ['two streams', RAW_TEXT.replace('size', 'full\thqs8p1/enc@s1\t1\nsize')],
    ['a name too few', RAW_TEXT.replace('hqs8p1/enc@s0\t', '')],
  ])('%s is no answer', (_, text) => expect(parseResumeToken(RAW, text)).toBeNull())

  test('without an estimate', () => {
    expect(parseResumeToken(RAW, RAW_TEXT.replace(/^size.*$/m, ''))?.remainingBytes).toBeNull()
  })
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
