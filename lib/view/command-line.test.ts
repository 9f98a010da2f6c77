import { expect, test } from 'bun:test'
import { commandLine } from './command-line.ts'

test.each([
  [['zfs', 'send', '-I', 'p/a@x', 'p/a@2026-11-22_00:00'], 'zfs send -I p/a@x p/a@2026-11-22_00:00'],
  [['zfs', 'list', "it's", ''], "zfs list 'it'\\''s' ''"],
  [['zfs', 'rename', 'p/a b', 'p/$(x)'], "zfs rename 'p/a b' 'p/$(x)'"],
])('%j: %s', (argv, line) => expect(commandLine(argv)).toBe(line))
