import { expect } from 'bun:test'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'
import { program, run, testWhere } from './program.ts'

const quadlet = program('QUADLET', '/usr/libexec/podman/quadlet', '/usr/lib/podman/quadlet')
const missing = quadlet === null ? 'there is no quadlet here; it comes with Podman 4.4 or newer.' : null
const on = testWhere(missing, 'the quadlet, by Podman')

/** What Podman makes of the directory. */
function made(change: (text: string) => string = (text) => text) {
  const directory = temporaryDirectory()
  cpSync('contrib/podman', directory, { recursive: true })
  const file = join(directory, 'zwitness.container')
  writeFileSync(file, change(readFileSync(file, 'utf8')))
  return run([quadlet ?? '', '-dryrun'], { QUADLET_UNIT_DIRS: directory })
}

on('Podman makes a unit of it that starts the container as compose.yaml does', () => {
  const { code, out } = made()
  expect(code).toBe(0)
  const words = /^ExecStart=\S*podman run (.*)$/m.exec(out)?.[1] ?? ''
  const { zwitness } = parse(readFileSync('compose.yaml', 'utf8')).services
  expect(words).toContain('--read-only ')
  expect(words).toContain('--cap-drop all ')
  expect(words).toContain('--security-opt=no-new-privileges ')
  expect(words).toContain(`--tmpfs ${zwitness.tmpfs[0]} `)
  expect(words).toContain(`--publish ${zwitness.ports[0]} `)
  expect(words).toContain('-v /etc/zwitness:/config:ro ')
  expect(words).toMatch(/-v systemd-zwitness-data:\/data -v systemd-zwitness-logs:\/logs /)
  expect(words).toContain(`--stop-timeout=${Number.parseInt(zwitness.stop_grace_period, 10)} `)
  for (const volume of ['data', 'logs'])
    expect(out).toContain(`podman volume create --ignore systemd-zwitness-${volume}`)
})

on('a word that Podman does not know is found', () => {
  const { code, err } = made((text) => text.replace('ReadOnly=', 'ReadOnli='))
  expect(code).not.toBe(0)
  expect(err).toContain('ReadOnli')
})
