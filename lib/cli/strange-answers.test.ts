import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { COMMANDS } from './commands/index.ts'
import { EXIT } from './exit-codes.ts'
import { main } from './main.ts'
import { fakeIo, noLoaders } from './testing/command-line.ts'

/* Whatever stands at an address that someone typed: no command takes its answer for one of ours, or falls over it. */
setDefaultTimeout(60_000)

/** Every command that asks a service, with what it needs to ask at all. */
const LINES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  ack: [['id'], ['id', '--clear'], ['--pair', 'a', '--clear']],
  adopt: [['--yes']],
  anchors: [[], ['--script']],
  audit: [[]],
  'audit accept': [['--reason', 'put back']],
  'audit verify': [[], ['--head', '0'.repeat(64)]],
  backup: [['/nowhere/file']],
  'can-destroy': [['hqs8:tank/a@b']],
  cancel: [['1']],
  check: [[], ['id']],
  'config reload': [[]],
  'config show': [[]],
  datasets: [[]],
  discover: [['a', 'b']],
  doctor: [[], ['--fix-hints']],
  explain: [['id']],
  'fn list': [[]],
  'fn run': [['doctor']],
  healthz: [[]],
  history: [[], ['id']],
  'incident ack': [['id'], ['id', '--clear']],
  incidents: [[], ['id']],
  logs: [[]],
  maintenance: [[]],
  'maintenance end': [['1']],
  'notify list': [[]],
  'notify test': [[]],
  monitor: [[], ['--check', 'alive'], ['--format', 'checkmk'], ['--fresh']],
  openapi: [[]],
  pause: [['id'], ['--host', 'a'], ['id', '--from', '06:00']],
  preview: [['id']],
  repair: [['id', '--yes']],
  report: [[], ['--csv']],
  resume: [['id'], ['--all']],
  run: [[]],
  runs: [[], ['1']],
  'set-asides': [[], ['--script']],
  show: [['id'], ['id', '--snapshots']],
  'support-bundle': [['/nowhere/file']],
  status: [[], ['--plain'], ['--json']],
  'token create': [['name', '--role', 'viewer']],
  'token list': [[]],
  'token revoke': [['name']],
  'user add': [['name', '--role', 'viewer', '--password-file', '-']],
  'user list': [[]],
  'user passwd': [['name', '--password-file', '-']],
  'user remove': [['name']],
  'user role': [['name', '--role', 'viewer']],
  verify: [['id'], ['--all']],
  version: [[]],
}
const ASK_NOBODY = [
  ...['completion', 'config check', 'config schema', 'demo', 'help', 'keys init', 'keys show', 'known-hosts accept'],
  ...['known-hosts scan', 'restore', 'serve', 'user hash'],
]

const json = (body: string): Response => new Response(body, { headers: { 'Content-Type': 'application/json' } })
const html = '<!doctype html><title>Please sign in</title>'
/** 65 MiB of it, or as much as someone takes. */
const endless = (): ReadableStream<Uint8Array> => {
  let left = 65
  const mebibyte = new TextEncoder().encode(' '.repeat(1024 * 1024))
  return new ReadableStream({
    pull(controller) {
      left--
      if (left >= 0) controller.enqueue(mebibyte)
      else controller.close()
    },
  })
}

const ANSWERS: Readonly<Record<string, (request: Request) => Response>> = {
  'an empty object': () => json('{}'),
  'an empty list': () => json('[]'),
  null: () => json('null'),
  'a number': () => json('1'),
  'lists where we have none': () => json('{"items":{},"datasets":0,"output":[],"name":1,"nextCursor":0,"run":[]}'),
  'rows of nothing': () => json('{"items":[{},null,1],"nextCursor":null,"total":3,"asOf":"","name":"","output":{}}'),
  'a page of a proxy': () => new Response(html, { headers: { 'Content-Type': 'text/html' } }),
  'a page that says it is JSON': () => json(html),
  'JSON that was cut off': () => json('{"overall":"HEALTHY","items":[{"id":'),
  'nothing, of no type': () => new Response(''),
  'a redirection to itself': ({ url }) => new Response(null, { status: 302, headers: { Location: url } }),
  'an error that is not ours': () => new Response(html, { status: 502, headers: { 'Content-Type': 'text/html' } }),
  'an error of another shape': () =>
    new Response('[]', { status: 500, headers: { 'Content-Type': 'application/json' } }),
}

let answer: (request: Request) => Response = () => json('{}')
let server: ReturnType<typeof Bun.serve>
beforeAll(() => {
  server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => answer(request) })
})
afterAll(() => server.stop(true))

async function ran(line: readonly string[]) {
  const io = { ...fakeIo({ env: { ZWITNESS_URL: server.url.href } }), readStdin: async () => 'a long enough password' }
  const exit = await main(line, io, { loaders: noLoaders })
  return { exit, ...io.written }
}

test('every command is here', () => {
  expect([...Object.keys(LINES), ...ASK_NOBODY].toSorted()).toEqual(COMMANDS.map(({ name }) => name).toSorted())
})

const WORDS =
  /What answers at \S+ is not zwitness|was cut off, or is no JSON|redirects without end|not in the words of zwitness/

test.each(Object.entries(ANSWERS))('%s is no answer to any command', async (name, given) => {
  answer = given
  const wrong: string[] = []
  for (const [command, lines] of Object.entries(LINES))
    for (const more of lines) {
      const line = [...command.split(' '), ...more]
      const { exit, stdout, stderr } = await ran(line)
      if (command === 'monitor') {
        // A check plugin says it where it is read, and ends as one.
        if (exit !== 3 || !WORDS.test(stdout)) wrong.push(`${line.join(' ')}: ${exit} ${stdout}${stderr}`)
        continue
      }
      const expected = command === 'healthz' || name === 'an error of another shape' ? EXIT.FAILED : EXIT.NO_SERVICE
      // What this program itself is, is said in any case.
      const said = command === 'version' ? '' : stdout
      if (exit !== expected || said !== '' || !WORDS.test(stderr))
        wrong.push(`${line.join(' ')}: ${exit} ${said}${stderr}`)
    }
  expect(wrong).toEqual([])
})

test('an answer without end is left unread', async () => {
  answer = () => new Response(endless(), { headers: { 'Content-Type': 'application/json' } })
  const { exit, stderr } = await ran(['status'])
  expect([exit, stderr.includes('more than 64 MiB in one answer')]).toEqual([EXIT.NO_SERVICE, true])
})
