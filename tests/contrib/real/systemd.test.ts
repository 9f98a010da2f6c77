import { expect } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'
import { program, run, testWhere } from './program.ts'

const analyze = program('SYSTEMD_ANALYZE', 'systemd-analyze')
const on = testWhere(analyze === null ? 'there is no systemd-analyze here.' : null, 'the unit, by systemd-analyze')
// That systemd starts it is seen in a container: tests/image/unit-checks.ts.

/** The unit as it is, but for the place of this checkout. */
function unit(change: (text: string) => string = (text) => text): string {
  const file = join(temporaryDirectory(), 'zwitness.service')
  const text = readFileSync('contrib/systemd/zwitness.service', 'utf8').replaceAll('/opt/zwitness', resolve('.'))
  writeFileSync(file, change(text))
  return file
}

const verify = (file: string) => run([analyze ?? '', 'verify', '--man=no', file])

on('systemd has nothing to say against it', () => {
  expect(verify(unit())).toEqual({ code: 0, out: '', err: '' })
})

on('a word that systemd does not know is found', () => {
  expect(verify(unit((text) => text.replace('ProtectSystem=', 'ProtectSystm='))).err).toContain('ProtectSystm')
})

on('by the measure of systemd itself it is exposed as little as what opens sockets can be', () => {
  // Tenths: below 2.0 of 10.
  const security = (file: string) => run([analyze ?? '', 'security', '--offline=true', '--threshold=20', file])
  expect(security(unit()).code).toBe(0)
  expect(security(unit((text) => text.replace(/^SystemCallFilter=.*\n/gm, ''))).code).not.toBe(0)
})
