import { expect, test } from 'bun:test'
import {
  hasAppendOnlyReceive,
  hasSnapshotsChanged,
  parseClock,
  parseVersion,
  parseWrittenSince,
} from './small-answers.ts'

test('the clock', () => {
  expect(parseClock('1795376786\n')).toBe(1795376786)
  expect(parseClock('Sun Nov 22\n')).toBeNull()
  expect(parseClock('')).toBeNull()
})

test('written since a snapshot that is not there is unknown, not nothing', () => {
  expect(parseWrittenSince('316416\n')).toBe(316416)
  expect(parseWrittenSince('0\n')).toBe(0)
  expect(parseWrittenSince('-\n')).toBeNull()
})

test.each([
  ['zfs-2.3.9-0+deb13u1\nzfs-kmod-2.3.9-0+deb13u1\n', [2, 3, 9], true, true],
  ['zfs-2.3.2-1\nzfs-kmod-2.2.4-1\n', [2, 2, 4], true, false],
  ['zfs-2.1.15-1\nzfs-kmod-2.1.15-1\n', [2, 1, 15], false, false],
  ['zfs-2.4.0\n', [2, 4, 0], true, true],
] as const)('%j', (text, numbers, changed, append) => {
  const version = parseVersion(text)
  if (version === null) throw new Error('no version')
  expect([version.major, version.minor, version.patch]).toEqual([...numbers])
  expect(hasSnapshotsChanged(version)).toBe(changed)
  expect(hasAppendOnlyReceive(version)).toBe(append)
})

test('what is no version says nothing', () => expect(parseVersion('unrecognized command\n')).toBeNull())
