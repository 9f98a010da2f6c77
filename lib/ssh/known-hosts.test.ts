import { describe, expect, test } from 'bun:test'
import { knownAs, knownLines, linesOf } from './known-hosts.ts'
import { testHost } from './settings.fixture.ts'

const K = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOne'
const NAME = 'hqs8.storage.local'
const host = (port = 22) => testHost({ hostname: 'hqs8.storage.local', port })
const as = (text: string, port?: number) => knownAs(knownLines(text), host(port))
const count = (text: string, port?: number) => linesOf(knownLines(text), host(port)).length

describe('under which name ssh looks for a host', () => {
  test.each<[string, string, number, string, number]>([
    ['nothing known', '', 22, 'hqs8', 0],
    ['our own name', `hqs8 ${K}`, 22, 'hqs8', 1],
    ['the hostname', `hqs8.storage.local ${K}`, 22, NAME, 1],
    ['in capitals', `HQS8.Storage.local ${K}`, 22, NAME, 1],
    ['both: our own name counts', `hqs8.storage.local ${K}\nhqs8 ${K}`, 22, 'hqs8', 1],
    ['with its port', `[hqs8.storage.local]:2222 ${K}`, 2222, '[hqs8.storage.local]:2222', 1],
    ['with another port', `[hqs8.storage.local]:2223 ${K}`, 2222, 'hqs8', 0],
    ['without its port', `hqs8.storage.local ${K}`, 2222, NAME, 1],
    ['with it and without', `${NAME} ${K}\n[${NAME}]:2222 ${K}`, 2222, '[hqs8.storage.local]:2222', 1],
    ['a pattern', `*.storage.local ${K}`, 22, NAME, 1],
    ['one letter left open', `hqs?.storage.local ${K}`, 22, NAME, 1],
    ['a pattern that leaves it out', `!hqs8.*,*.storage.local ${K}`, 22, 'hqs8', 0],
    ['an authority for its domain', `@cert-authority *.storage.local ${K}`, 22, NAME, 1],
    ['an authority for our own name alone', `@cert-authority hqs8 ${K}`, 22, 'hqs8', 1],
    ['an authority beside a pin', `@cert-authority * ${K}\nhqs8 ${K}`, 22, 'hqs8', 2],
    ['a revoked key names nobody', `@revoked hqs8.storage.local ${K}`, 22, 'hqs8', 0],
    ['a comment', `# hqs8.storage.local ${K}`, 22, 'hqs8', 0],
    ['a name that only begins so', `hqs8.storage.local.evil.example ${K}`, 22, 'hqs8', 0],
  ])('%s', (_name, text, port, expected, lines) => {
    expect([as(text, port), count(text, port)]).toEqual([expected, lines])
  })

  test('of many lines and stars', () => {
    const stars = '*a'.repeat(5_000)
    expect(as(`${stars} ${K}\n`.repeat(50))).toBe('hqs8')
  })
})
