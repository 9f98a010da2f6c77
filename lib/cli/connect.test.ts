import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { makeTemporaryDirectory, removePath, writeTextFileAtomic } from '#lib/host/files.ts'
import { EXIT } from './exit-codes.ts'
import { Failure } from './failure.ts'
import { main } from './main.ts'
import { ended, run, status } from './testing/answers.ts'
import { type FakeIoOptions, fakeIo, noLoaders, runCommand } from './testing/command-line.ts'
import { type FakeServiceOptions, fakeService, problem } from './testing/service.ts'

let directory = ''
beforeEach(async () => {
  directory = await makeTemporaryDirectory()
})
afterEach(() => removePath(directory))

/** A command in a data directory without any --url. */
async function here(
  line: readonly string[],
  options: FakeIoOptions & FakeServiceOptions & { readonly openFails?: Error } = {},
) {
  const io = fakeIo({ ...options, env: { ZWITNESS_DATA_DIR: directory, ...options.env } })
  const service = fakeService(options)
  let closed = 0
  const close = async () => {
    closed += 1
  }
  const openApp = async () => {
    if (options.openFails) throw options.openFails
    return { fetch: service.fetch, close }
  }
  const exit = await main(line, io, { loaders: { ...noLoaders, openApp } })
  return { exit, ...io.written, service, closed, io }
}

describe('without a service', () => {
  test('the command does the work itself and leaves nothing open', async () => {
    const ran = await here(['datasets', '-v'])
    expect(ran.exit).toBe(0)
    expect(ran.closed).toBe(1)
    expect(ran.stderr).toContain('this command does the work itself')
    expect(ran.io.interrupt()).toBe(false)
  })

  test('a socket that a killed service left behind is no service', async () => {
    await writeTextFileAtomic(`${directory}/zwitness.sock`, '')
    expect((await here(['datasets'])).closed).toBe(1)
  })

  test('it always waits, also for the repairs that a look has started', async () => {
    const active = { id: '1843', kind: 'REPAIR', state: 'RUNNING', datasetId: 'x', percent: 1 }
    const left = [active]
    const ran = await here(['run'], {
      runs: [run, ended, run, ended],
      answers: { 'GET /api/status': () => ({ status: 200, body: { ...status, activeRuns: left.splice(0, 1) } }) },
    })
    expect(ran.exit).toBe(0)
    expect(ran.service.calls.filter((call) => call === 'GET /api/runs/1843').length).toBe(4)
  })

  test('Ctrl-C once cancels: there is nobody else who would go on', async () => {
    const ran = await here(['check', '--all'], { runs: [run], onSleep: (io, count) => count === 1 && io.interrupt() })
    expect(ran.exit).toBe(130)
    expect(ran.service.calls).toContain('POST /api/runs/1843/cancel')
    expect(ran.closed).toBe(1)
  })

  test('what makes no sense without one is refused before anything is opened', async () => {
    for (const line of [
      ['logs', '-f'],
      ['config', 'reload'],
      ['cancel', '1'],
    ]) {
      const ran = await here(line)
      expect([line, ran.exit, ran.closed]).toEqual([line, 7, 0])
      expect(ran.stderr).toContain(`no service runs in ${directory}`)
    }
  })

  test('a directory that is another process’s is refused with its words', async () => {
    const ran = await here(['datasets'], { openFails: new Failure(EXIT.NO_SERVICE, 'in use by process 4711') })
    expect(ran.exit).toBe(7)
    expect(ran.stderr).toContain('in use by process 4711')
  })

  test('a fault of our own is said to be one', async () => {
    const ran = await here(['datasets', '-v'], { openFails: new TypeError('x is undefined') })
    expect(ran.exit).toBe(1)
    expect(ran.stderr).toContain('something went wrong inside: x is undefined')
  })
})

describe('with a service on the socket', () => {
  test('the command speaks to it and opens nothing', async () => {
    const service = fakeService()
    const server = Bun.serve({ unix: `${directory}/zwitness.sock`, fetch: service.fetch })
    try {
      const ran = await here(['datasets', '--plain'])
      expect([ran.exit, ran.closed, ran.service.calls]).toEqual([0, 0, []])
      expect(ran.stdout).toStartWith('hqs10-hqs7.L1S4DAT1\tBROKEN\tLAG_CRITICAL\t2246400\t')
      expect((await here(['healthz'])).exit).toBe(0)
    } finally {
      await server.stop(true)
    }
  })
})

describe('with --url', () => {
  test('nobody there is 7, and the password of a proxy is in no message', async () => {
    const io = fakeIo()
    const exit = await main(['status', '--url', 'http://me:secret@127.0.0.1:1'], io, { loaders: noLoaders })
    expect(exit).toBe(7)
    expect(io.written.stderr).toContain('http://127.0.0.1:1 cannot be reached: nothing listens there.')
    expect(io.written.stderr).not.toContain('secret')
  })

  test('it is sent as a header, and a path before the API is kept', async () => {
    const io = fakeIo()
    const seen: string[] = []
    await main(['healthz', '--url', 'https://me:se%20cret@witness.test/zw/'], io, {
      loaders: noLoaders,
      fetch: async (url, init) => {
        seen.push(url, new Headers(init.headers).get('authorization') ?? '')
        return Response.json({ status: 'ok' })
      },
    })
    expect(seen).toEqual(['https://witness.test/zw/healthz', `Basic ${btoa('me:se cret')}`])
  })

  test.each(['witness', 'ftp://x', 'http://'])('%s is no address', async (url) => {
    expect((await runCommand(['status', '--url', url])).exit).toBe(2)
  })

  test.each([
    ['a page instead of the API', new Response('<html>', { headers: { 'Content-Type': 'text/html' } }), 7],
    ['an answer that was cut off', new Response('{"a":', { headers: { 'Content-Type': 'application/json' } }), 7],
    ['a gateway without its service', new Response('no', { status: 502 }), 7],
    ['a login', new Response('no', { status: 401 }), 8],
    ['some other server', new Response('no', { status: 404 }), 3],
  ])('%s', async (_, response, exit) => {
    const io = fakeIo()
    const got = await main(['status', '--url', 'http://witness.test'], io, {
      loaders: noLoaders,
      fetch: async () => response,
    })
    expect([got, io.written.stderr === '']).toEqual([exit, false])
  })

  test('a refusal is told in the words of the service, with the next step and all faults', async () => {
    const answer = problem(422, 'CONFIG_INVALID', 'The file has 1 fault.', {
      errors: [{ pointer: '/pairs/0', code: 'CONFIG', detail: 'app-config.yaml:3:5 no such host' }],
    })
    const ran = await runCommand(['config', 'reload'], { answers: { 'POST /api/config/reload': answer } })
    expect(ran.exit).toBe(9)
    expect(ran.stderr).toBe(
      'zwitness: The file has 1 fault.\n  app-config.yaml:3:5 no such host\nNext: zwitness config check\n',
    )
  })

  /** As the real one does: it ends when it is aborted, and at once when it was aborted before. */
  const silent = (_: string, { signal }: RequestInit) =>
    new Promise<Response>((_, reject) => {
      if (signal?.aborted) reject(signal.reason)
      signal?.addEventListener('abort', () => reject(signal.reason))
    })

  test('Ctrl-C while it is silent ends the command in order, a second one at once', async () => {
    const io = fakeIo()
    const ends = main(['preview', 'x', '--url', 'http://witness.test'], io, { loaders: noLoaders, fetch: silent })
    await Promise.resolve()
    while (!io.interrupt()) await Bun.sleep(1)
    io.interrupt()
    expect([await ends, io.exits]).toEqual([130, [130]])
  })

  test('one that stays silent is 7 after --timeout', async () => {
    const io = fakeIo()
    const line = ['status', '--url', 'http://witness.test', '--timeout', '1s']
    expect(await main(line, io, { loaders: noLoaders, fetch: silent })).toBe(7)
    expect(io.written.stderr).toContain('has not answered within 1 s')
  })
})
