import { describe, expect, test } from 'bun:test'
import { LogLevel } from '#lib/api/log.ts'
import { Role, RunKind, RunResult, Status } from '#lib/api/words.ts'
import type { Proposals } from './arguments.ts'
import { COMMON_OPTIONS } from './command.ts'
import { COMMANDS } from './commands/index.ts'
import { ASKED_BY_SHELL } from './complete.ts'
import { main } from './main.ts'
import { healthy, ID } from './testing/answers.ts'
import { fakeIo, runCommand } from './testing/command-line.ts'
import { problem } from './testing/service.ts'

/** What a shell is told at the end of this line. */
async function atTab(line: string, options: Parameters<typeof runCommand>[1] = {}) {
  const ran = await runCommand([ASKED_BY_SHELL, ...line.split(' ')], options)
  const [kind, ...lines] = ran.stdout.trimEnd().split('\n')
  return { ...ran, kind, words: lines.map((each) => each.split('\t')[0]), lines }
}

describe('at Tab', () => {
  test.each([
    ['stat', ['status']],
    ['config ', ['check', 'show', 'schema', 'reload']],
    ['--json --data-dir /d known-hosts ', ['scan', 'accept']],
    ['audit ', ['verify', 'accept']],
    ['audit ver', ['verify']],
    ['help user r', ['role', 'remove']],
    ['status --e', ['--exit-code']],
    ['status --exit-code --e', []],
    ['status --snap', []],
    ['fn run check-lag -i a=1 --in', ['--input']],
    ['--ver', ['--verbose']],
    ['datasets --status=b', ['--status=broken']],
    ['datasets --status broken,w', ['broken,warning']],
    ['datasets --status=broken,b', []],
    ['logs --level ', ['debug', 'info', 'warn', 'error']],
    ['user role joe --role ', ['viewer', 'operator', 'admin']],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['repair x --reason ', []],
    ['show -- --s', []],
  ])('%s', async (line, words) =>
    expect(await atTab(line)).toMatchObject({ exit: 0, kind: 'words', words, stderr: '' }),
  )

  test.each([
    ['config check ', 'files'],
    ['status --token-file ', 'files'],
    ['user hash --password-file=', 'files'],
    ['--data-dir ', 'directories'],
  ])('%s', async (line, kind) => expect((await atTab(line)).stdout).toBe(`${kind}\n`))

  test('a word is told with what it is', async () => {
    expect((await atTab('config sch')).lines).toEqual(['schema\tJSON Schema of the configuration file, for editors.'])
    expect((await atTab('know')).lines).toEqual(['known-hosts\tscan, accept'])
  })
})

describe('names are those of the service that runs', () => {
  test.each([
    [`show ${ID.slice(0, 5)}`, [ID]],
    [`verify ${healthy.id} `, [ID]],
    [`show ${ID} `, []],
    ['doctor --host ', ['hqs7']],
    ['discover hqs10 ', ['hqs7']],
    ['known-hosts accept hqs7 ', []],
    ['runs 184', ['1843']],
    ['fn run ', ['check-lag']],
  ])('%s', async (line, words) => expect((await atTab(line)).words).toEqual(words))

  test('what does not print as it is is left out', async () => {
    const items = ['good.DAT', 'bad\u001b[31m', 'bad\nwords', '', 7, null].map((id) => ({ id, status: 'a\tb' }))
    const answers = { 'GET /api/datasets': { status: 200, body: { items: [...items, 'x', null], nextCursor: null } } }
    expect((await atTab('show ', { answers })).lines).toEqual(['good.DAT\ta b'])
  })

  test.each([
    ['a refusal', { status: 403, body: {} }],
    ['another kind of answer', { status: 200, body: ['x'] }],
    ['our own refusal', problem(401, 'NOT_AUTHENTICATED', 'Sign in.')],
  ])('%s is not worth a word', async (_, answer) => {
    const ran = await atTab('show ', { answers: { 'GET /api/datasets': answer } })
    expect([ran.exit, ran.words, ran.stderr]).toEqual([0, [], ''])
  })

  test('who does not answer is not waited for', async () => {
    const io = fakeIo({ env: { ZWITNESS_URL: 'http://witness.test' } })
    const began = performance.now()
    const silent = (_: string, { signal }: BunFetchRequestInit) =>
      new Promise<Response>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    expect(await main([ASKED_BY_SHELL, 'show', ''], io, { fetch: silent })).toBe(0)
    expect(performance.now() - began).toBeLessThan(2_000)
    expect(io.written).toEqual({ stdout: '', stderr: '' })
  })

  test('an address that is typed is not asked before the line is', async () => {
    const ran = await atTab('--url http://elsewhere.test --token secret show ')
    expect([ran.words, ran.service.calls]).toEqual([[], []])
  })
})

test.each(['status --nonsense ', 'repair x --reason --wait ', 'xyzzy '])('%s proposes nothing', async (line) => {
  const ran = await atTab(line)
  expect([ran.exit, ran.words, ran.stderr]).toEqual([0, [], ''])
})

describe('what is proposed is in step', () => {
  const options = [...COMMON_OPTIONS, ...COMMANDS.flatMap((command) => command.options)]
  const FREE = ['TEXT', 'TIME', 'WHEN', 'N', 'URL', 'TOKEN', 'ADDRESS', 'RANGE', 'K=V', 'HASH[@ID]']
  // A plan and what is destroyed by it are named by a person, not by a key.
  const BY_HAND = ['plan', 'confirm', 'action']

  test('every value that can be known is', () => {
    const without = options.filter(({ value, proposes }) => value !== undefined && proposes === undefined)
    expect(
      without
        .filter(({ name, value }) => !FREE.includes(value ?? '') && !BY_HAND.includes(name))
        .map(({ name }) => name),
    ).toEqual([])
  })

  test('every operand too', () => {
    const without = COMMANDS.filter(({ operands: [, most], proposes }) => most > 0 && proposes === undefined)
    expect(without.map(({ name }) => name)).toEqual(['can-destroy', 'user add', 'token create', 'help'])
  })

  test.each([
    ['datasets', 'status', Status.options],
    ['runs', 'kind', RunKind.options],
    ['runs', 'result', RunResult.options],
    ['logs', 'level', LogLevel.options],
    ['user role', 'role', Role.options.filter((role) => role !== 'NONE')],
  ])('%s --%s knows the words of the API', (name, option, words: readonly string[]) => {
    const spec = COMMANDS.find((command) => command.name === name)?.options.find((each) => each.name === option)
    expect([...listOf(spec?.proposes)].toSorted()).toEqual(
      words.map((word) => word.toLowerCase().replaceAll('_', '-')).toSorted(),
    )
  })
})

function listOf(proposes: Proposals | undefined): readonly string[] {
  return typeof proposes !== 'object' ? [] : 'list' in proposes ? proposes.list : proposes
}
