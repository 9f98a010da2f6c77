import { expect, test } from 'bun:test'
import { diffSince, onlyDirectories } from './directory-changes.ts'

test('it is asked since a snapshot, for a program', () =>
  expect(diffSince(['zfs'], 'p/b@s1').join(' ')).toBe('zfs diff -FH p/b@s1 p/b'))

// As OpenZFS 2.3.9 printed them.
const MOUNTED = '-\t/\t/pools/p/b/kid\n+\t/\t/pools/p/b/kid\nM\t/\t/pools/p/b/\n'
test.each<[string, string, boolean | null]>([
  ['a child was mounted', MOUNTED, true],
  ['a directory was touched', 'M\t/\t/pools/p/b/d\n', true],
  ['a file was written to', `${MOUNTED}M\tF\t/pools/p/b/d/f\n`, false],
  ['a file is new, with an odd name', '+\tF\t/pools/p/b/a\\0012b\\0011c\\0040d\nM\t/\t/pools/p/b/\n', false],
  ['a directory is gone', '-\t/\t/pools/p/b/d\nM\t/\t/pools/p/b/\n', false],
  ['a directory has another name', 'R\t/\t/pools/p/b/d\t/pools/p/b/e\n', false],
  ['a link', '+\t@\t/pools/p/b/l\n', false],
  ['nothing', '', null],
  ['cut off', 'M\t/\t/pools/p/b/d', null],
  ['no such listing', 'internal error\n', null],
])('%s', (_, stdout, expected) => expect(onlyDirectories(stdout)).toBe(expected))
