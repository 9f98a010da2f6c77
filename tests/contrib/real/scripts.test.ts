import { expect } from 'bun:test'
import { program, run, testWhere } from './program.ts'

const shellcheck = program('SHELLCHECK', 'shellcheck')
const SCRIPTS = [
  'lib/setup/release',
  'lib/setup/enter',
  'lib/setup/debian-packages',
  'tests/image/run',
  'tests/image/engine',
  'tests/image/podman',
  'tests/contrib/run',
]

testWhere(shellcheck === null ? 'there is no shellcheck here.' : null, 'scripts, by shellcheck')(
  'shellcheck has nothing to say against them',
  () => {
    expect(run([shellcheck ?? '', ...SCRIPTS])).toEqual({ code: 0, out: '', err: '' })
  },
)
