import { expect, test } from 'bun:test'
import { getMark, markedAt, markValue, parseMark, setMark } from './witness-mark.ts'

const AT = Date.UTC(2026, 10, 30, 4, 45, 7)
const mark = { witness: '0123456789abcdef', at: AT }

test('a mark is who and when, and reads back', () => {
  expect(markValue(mark)).toBe('0123456789abcdef@2026-11-30T04:45:07Z')
  expect(parseMark(markValue(mark))).toEqual(mark)
})

test.each([
  [''],
  ['-'],
  ['0123456789abcdef'],
  ['0123456789ABCDEF@2026-11-30T04:45:07Z'],
  ['0123456789abcdef@2026-13-30T04:45:07Z'],
  ['0123456789abcdef@2026-11-30T04:45:07Z\n'],
  ['0123456789abcdef@2026-11-30T04:45:07Z\nother\t1'],
  [`${'0'.repeat(8000)}@2026-11-30T04:45:07Z`],
])('anything else is none: %p', (text) => expect(parseMark(text)).toBeNull())

test('it is set and read by itself, and only that of the dataset itself', () => {
  expect(setMark(['zfs'], 'p/b', mark).join(' ')).toBe('zfs set zwitness:by=0123456789abcdef@2026-11-30T04:45:07Z p/b')
  expect(getMark(['sudo', '-n', 'zfs'], 'p/b').join(' ')).toBe('sudo -n zfs get -Hp -s local -o value zwitness:by p/b')
})

test('the moment is that of sending, and nothing else of a command changes', () => {
  const argv = ['zfs', 'receive', '-o', 'readonly=on', '-o', `zwitness:by=${markValue(mark)}`, 'p/b']
  expect(markedAt(argv, AT + 60_000)).toEqual(argv.with(5, 'zwitness:by=0123456789abcdef@2026-11-30T04:46:07Z'))
  expect(markedAt(['zfs', 'set', 'zwitness:by=mine', 'p/b'], AT)).toEqual(['zfs', 'set', 'zwitness:by=mine', 'p/b'])
})
