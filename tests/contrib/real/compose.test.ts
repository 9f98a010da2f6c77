import { expect } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'
import { program, run, testWhere } from './program.ts'

const VARIABLES = { ZWITNESS_DOMAIN: 'witness.example', AUTHELIA_DOMAIN: 'auth.example', ACME_EMAIL: 'a@b.example' }
const FILES = [
  'compose.yaml',
  ...['secrets', 'limits', 'caddy', 'traefik'].map((name) => `contrib/compose/${name}.yaml`),
]

/** The words that call it: `docker compose`, or its plugin by itself. */
function compose(): readonly string[] | null {
  const plugin = '/usr/libexec/docker/cli-plugins/docker-compose'
  const alone = program('DOCKER_COMPOSE', 'docker-compose', plugin)
  const candidates = [['docker', 'compose'], ...(alone === null ? [] : [[alone]])]
  const isSecond = (words: readonly string[]): boolean =>
    Bun.which(words[0] ?? '') !== null && /v?[2-9]\.\d/.test(run([...words, 'version', '--short']).out)
  return candidates.find(isSecond) ?? null
}

const words = compose()
const on = testWhere(
  words === null ? 'there is no docker compose (2 or newer) here.' : null,
  'the samples, by docker compose',
)
const config = (file: string, env: Readonly<Record<string, string>>) =>
  run([...(words ?? []), '--project-directory', '.', '-f', file, 'config', '--quiet'], env)

on('docker compose has nothing to say against them', () => {
  for (const file of FILES) expect({ file, ...config(file, VARIABLES) }).toEqual({ file, code: 0, out: '', err: '' })
})

on('it asks for a variable that must be given, in words', () => {
  const { code, err } = config('contrib/compose/caddy.yaml', { ZWITNESS_DOMAIN: '' })
  expect(code).not.toBe(0)
  expect(err).toContain('the name that browsers use')
})

on('a key that it does not know is found', () => {
  const file = join(temporaryDirectory(), 'compose.yaml')
  writeFileSync(file, readFileSync('compose.yaml', 'utf8').replace('read_only:', 'readonly:'))
  expect(config(file, {}).code).not.toBe(0)
})

const caddy = program('CADDY', 'caddy')
testWhere(caddy === null ? 'there is no caddy here.' : null, 'the Caddyfile, by Caddy')(
  'Caddy understands its file',
  () => {
    const { code, out } = run(
      [caddy ?? '', 'adapt', '--config', 'contrib/compose/Caddyfile', '--adapter', 'caddyfile'],
      VARIABLES,
    )
    expect(code).toBe(0)
    const text = JSON.stringify(JSON.parse(out))
    expect(text).toContain('"host":["witness.example"]')
    expect(text).toContain('"dial":"zwitness:8080"')
  },
)

testWhere('its image would have to be had from a registry.', 'the routes of Traefik, by Traefik')(
  'Traefik understands its routes',
  () => {},
)
