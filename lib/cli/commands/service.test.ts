import { describe, expect, test } from 'bun:test'
import { status } from '../testing/answers.ts'
import { runCommand } from '../testing/command-line.ts'
import { problem } from '../testing/service.ts'

describe('help', () => {
  test('lists every command and what it ends with', async () => {
    const ran = await runCommand(['help'])
    expect(ran.exit).toBe(0)
    expect(ran.stdout).toMatchSnapshot()
    expect((await runCommand(['--help'])).stdout).toBe(ran.stdout)
  })

  test('goes to stderr, with 2, when nothing was asked for', async () => {
    const ran = await runCommand([])
    expect([ran.exit, ran.stdout, ran.stderr.includes('Commands:')]).toEqual([2, '', true])
  })

  test('of one command, both ways', async () => {
    const ran = await runCommand(['repair', '--help'])
    expect(ran.stdout).toContain('Usage: zwitness repair <id> [--in-place] [--plan ID]')
    expect((await runCommand(['help', 'repair'])).stdout).toBe(ran.stdout)
    expect((await runCommand(['help', 'config'])).stdout).toContain('zwitness config schema')
    expect((await runCommand(['help', 'repiar'])).exit).toBe(2)
  })
})

describe('serve and demo', () => {
  test('hand on where to listen, and say it', async () => {
    const seen: unknown[] = []
    const loaders = {
      serve: async ({ onReady, ...options }: { onReady: (url: string) => void }) => {
        seen.push(options)
        onReady('http://0.0.0.0:9000')
        return 0
      },
    }
    const ran = await runCommand(['serve', '--host', '0.0.0.0', '--config-dir', '/c'], {
      loaders,
      env: { ZWITNESS_PORT: '9000', ZWITNESS_DATA_DIR: '/d' },
    })
    expect(seen).toMatchObject([{ host: '0.0.0.0', port: 9000, directories: { config: '/c', data: '/d' } }])
    expect([ran.exit, ran.stderr]).toEqual([0, 'zwitness listens on http://0.0.0.0:9000\n'])
  })

  test('listen on this machine only unless told otherwise', async () => {
    const seen: unknown[] = []
    const loaders = { demo: async ({ host, port }: { host: string; port: number }) => seen.push([host, port]) }
    expect((await runCommand(['demo'], { loaders })).exit).toBe(1)
    expect(seen).toEqual([['127.0.0.1', 8080]])
  })

  test.each(['x', '65536', '-1', '80.5'])('%s is no port', async (port) => {
    expect((await runCommand(['serve', `--port=${port}`])).exit).toBe(2)
  })
})

describe('healthz', () => {
  test('is 0 or 1, whatever went wrong', async () => {
    expect((await runCommand(['healthz'])).exit).toBe(0)
    const answers = { 'GET /healthz': problem(503, 'NOT_READY', 'No.') }
    expect((await runCommand(['healthz'], { answers })).exit).toBe(1)
  })
})

test('version says both, and that they differ', async () => {
  const ran = await runCommand(['--version'])
  expect(ran.stdout).toMatch(
    /^zwitness \d+\.\d+\.\d+.*, Bun .*\nservice {2}9\.9\.9, since 2026-11-22T12:00:00Z, demo\n$/,
  )
  expect(ran.stderr).toContain('not the same version')
})

test('openapi is the document as it is', async () => {
  expect(JSON.parse((await runCommand(['openapi'])).stdout)).toEqual({ openapi: '3.1.0' })
})

test('--quiet leaves data and errors', async () => {
  expect((await runCommand(['version', '-q'])).stderr).toBe('')
  expect((await runCommand(['runs', '7', '-q'])).stderr).not.toBe('')
})

test('--verbose says what is asked', async () => {
  expect((await runCommand(['datasets', '-v'])).stderr).toContain('GET /api/datasets?limit=500\n')
})

test('words that a newer API has are taken, as its description says that there may be some', async () => {
  const [first, ...others] = status.datasets
  const body = {
    ...status,
    activeRuns: [],
    overall: 'NEW',
    datasets: [{ ...first, status: 'NEW', reason: 'NEW' }, ...others],
  }
  for (const format of [[], ['--plain'], ['--json']]) {
    const ran = await runCommand(['status', ...format], { answers: { 'GET /api/status': { status: 200, body } } })
    expect([ran.exit, ran.stderr]).toEqual([0, ''])
  }
})

test('a service that answers nonsense is another one, with what is wrong', async () => {
  const ran = await runCommand(['status'], { answers: { 'GET /api/status': { status: 200, body: { overall: 'X' } } } })
  expect(ran.exit).toBe(7)
  expect(ran.stderr).toContain(
    'What answers at http://witness.test is not zwitness, or another version of it: in the answer',
  )
  expect(ran.stderr).toContain('to GET /api/status, headline:')
})
