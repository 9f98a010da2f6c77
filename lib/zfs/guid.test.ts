import { expect, test } from 'bun:test'
import { guidFromHex, guidToHex, isGuid, isUint64 } from './guid.ts'

test.each(['1', '13274492637528917951', '18446744073709551615'])('%p is a guid', (text) =>
  expect(isGuid(text)).toBe(true),
)

test.each([
  '0',
  '',
  '-1',
  '+1',
  '01',
  '1.0',
  '1e3',
  '0x10',
  ' 1',
  '1\n',
  '18446744073709551616',
  '99999999999999999999',
  '123456789012345678901',
])('%p is none', (text) => expect(isGuid(text)).toBe(false))

test('a uint64 may be 0', () => expect(isUint64('0')).toBe(true))

test('hexadecimal, as resume tokens and our bookmarks have it, loses no digit', () => {
  expect(guidFromHex('0x65463ae0bf5178cd')).toBe('7297584983157340365')
  expect(guidToHex('7297584983157340365')).toBe('65463ae0bf5178cd')
  expect(guidToHex('255')).toBe('00000000000000ff')
  expect(guidFromHex('0x0')).toBeNull()
  expect(guidFromHex('65463ae0bf5178cd')).toBeNull()
  expect(guidFromHex('0x10000000000000000')).toBeNull()
})

test('guidToHex refuses what is no guid', () => expect(() => guidToHex('12a')).toThrow('no ZFS guid'))
