import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import { descendantsOf } from './proc.ts'
import { type CommandRequest, createLineSplitter, createMeter, createTextRing, runCommand } from './run-command.ts'

setDefaultTimeout(600_000)

const run = (request: Partial<CommandRequest>) =>
  runCommand({ file: 'sh', args: [], timeoutMs: 20_000, maxStdoutBytes: 1_000_000, ...request })
const sh = (script: string, request: Partial<CommandRequest> = {}) => run({ args: ['-c', script], ...request })

/** Processes whose command line holds this word. */
async function pidsOf(word: string): Promise<readonly number[]> {
  const found = await runCommand({ file: 'pgrep', args: ['-f', word], timeoutMs: 60_000, maxStdoutBytes: 9_999 })
  return found.stdout.toString().split('\n').filter(Boolean).map(Number)
}

/** Waits until none is left; false after a minute. */
async function gone(word: string): Promise<boolean> {
  for (const end = performance.now() + 60_000; performance.now() < end; await Bun.sleep(50)) {
    if ((await pidsOf(word)).length === 0) return true
  }
  return false
}

describe('a command that ends by itself', () => {
  test('gives its exit code, its stdout as bytes and its stderr as text', async () => {
    const end = await sh('printf "a\\000b"; echo oops >&2; exit 3')
    expect(end).toMatchObject({ ended: 'exit', exitCode: 3, signal: null, failure: null, stderr: 'oops' })
    expect([...end.stdout]).toEqual([97, 0, 98])
  })

  test('a signal is told from an exit code', async () => {
    expect(await sh('kill -9 $$')).toMatchObject({ ended: 'exit', exitCode: null, signal: 'SIGKILL' })
  })

  test('gets a clean environment and no input', async () => {
    process.env.ZWITNESS_SECRET = 'x'
    const end = await sh('env | cut -d= -f1 | sort | tr "\\n" " "; cat', { env: { EXTRA: '1' } })
    expect(
      end.stdout
        .toString()
        .split(' ')
        .filter((name) => !['', '_', 'PWD', 'SHLVL', 'OLDPWD'].includes(name)),
    ).toEqual(['EXTRA', 'HOME', 'LANG', 'LC_ALL', 'PATH'])
  })

  test('text given as input arrives, and its end too', async () => {
    expect((await run({ file: 'cat', stdin: { text: 'hello' } })).stdout.toString()).toBe('hello')
  })

  test('stderr lines are handed on while it runs, also bad UTF-8 and one without a newline', async () => {
    const lines: string[] = []
    await sh('printf "one\\r\\n\\303 two\\nthree" >&2', { onStderrLine: (line) => lines.push(line) })
    expect(lines).toEqual(['one', '\uFFFD two', 'three'])
  })

  test('of a long stderr the head and the tail are kept', async () => {
    const end = await sh('echo first >&2; seq 1 40000 >&2; echo last >&2')
    expect(end.stderr.startsWith('first\n1\n2\n')).toBe(true)
    expect(end.stderr.endsWith('\n40000\nlast')).toBe(true)
    expect(end.stderr).toContain('characters left out')
    expect(end.stderr.length).toBeLessThan(66 * 1024)
  })
})

describe('a command that cannot be started', () => {
  test.each([
    ['a missing program', { file: '/no/such/program' }, 'ENOENT'],
    ['a file that is no program', { file: '/etc/passwd' }, 'EACCES'],
    ['an argument beyond what the kernel takes', { args: ['-c', 'x'.repeat(3_000_000)] }, 'E2BIG'],
    ['a NUL byte in an argument', { args: ['a\0b'] }, ''],
  ])('%s is a result, not an exception', async (_, request, reason) => {
    const end = await run(request)
    expect(end).toMatchObject({ ended: 'not-started', exitCode: null })
    expect(end.failure).toContain(reason)
    expect(end.failure).not.toBe('')
  })
})

describe('a command that is ended', () => {
  test('by the time limit, together with its descendants', async () => {
    const end = await sh('sleep 7717.1 & sleep 7717.1', { timeoutMs: 300 })
    expect(end.ended).toBe('timeout')
    expect(await gone('sleep 7717.1')).toBe(true)
  })

  test('by silence; talking keeps it alive', async () => {
    expect((await sh('sleep 7717.2', { silenceMs: 300 })).ended).toBe('silence')
    const talks = await sh('for i in $(seq 20); do echo $i >&2; sleep 0.2; done', { silenceMs: 3_500 })
    expect(talks.ended).toBe('exit')
  })

  test('by a cancel, also one that came before the start', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 200)
    expect((await sh('sleep 7717.3', { signal: controller.signal })).ended).toBe('cancelled')
    expect((await sh('sleep 7717.3', { signal: AbortSignal.abort() })).ended).toBe('cancelled')
    expect(await gone('sleep 7717.3')).toBe(true)
  })

  test('by too much output, of which the first bytes are kept', async () => {
    const end = await run({ file: 'yes', maxStdoutBytes: 10_000 })
    expect(end).toMatchObject({ ended: 'too-much-output' })
    expect(end.stdout.length).toBe(10_000)
  })

  test('also when it ignores SIGTERM and its child holds the output', async () => {
    const end = await sh('trap "" TERM; sh -c \'trap "" TERM; while :; do sleep 0.2; done\' zw7717 & wait', {
      timeoutMs: 300,
    })
    expect(end.ended).toBe('timeout')
    expect(await gone('zw7717')).toBe(true)
  })

  test('a grandchild that left the group cannot hold the result', async () => {
    const end = await sh('setsid sleep 7717.4 & exit 0')
    expect(end).toMatchObject({ ended: 'exit', exitCode: 0 })
    const [pid = 0] = await pidsOf('sleep 7717.4')
    process.kill(pid, 'SIGKILL')
  })
})

test('the process table knows our children', async () => {
  const cancel = new AbortController()
  const running = sh('sleep 7717.5 & wait', { signal: cancel.signal })
  const ours = async () => (await pidsOf('sleep 7717.5')).filter((pid) => descendantsOf(process.pid).includes(pid))
  // The shell, whose words these are too, and its child.
  while ((await ours()).length < 2) await Bun.sleep(20)
  cancel.abort()
  expect((await running).ended).toBe('cancelled')
})

test('a short text is kept as it is', () => {
  const ring = createTextRing(10, 20)
  for (const line of ['one', '', 'two']) ring.push(line)
  expect(ring.text()).toBe('one\n\ntwo')
})

test('of a long one the beginning and the end, and how much is missing', () => {
  const ring = createTextRing(8, 12)
  for (let line = 1; line <= 100; line += 1) ring.push(`l${line}`)
  const text = ring.text()
  expect(text).toStartWith('l1\nl2\n')
  expect(text).toEndWith('\nl99\nl100')
  const left = Number(/… (\d+) characters left out …/.exec(text)?.[1])
  const whole = Array.from({ length: 100 }, (_, index) => `l${index + 1}`).join('\n').length
  expect(whole - left).toBeLessThanOrEqual(8 + 12)
})

test('one enormous line does not break the limit', () => {
  const ring = createTextRing(8, 12)
  ring.push('x'.repeat(1_000))
  expect(ring.text().length).toBeLessThan(60)
})

function split(chunks: readonly (string | Uint8Array)[]): readonly string[] {
  const lines: string[] = []
  const splitter = createLineSplitter((line) => lines.push(line))
  for (const chunk of chunks) splitter.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  splitter.end()
  return lines
}

test('lines are whole whatever the chunks were', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'ü', ' ', '\n', '\t'), maxLength: 60 })
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 7 }), (whole, size) => {
      const bytes = Buffer.from(whole)
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      )
      const expected = whole.split('\n')
      if (expected.at(-1) === '') expected.pop()
      expect(split(chunks)).toEqual(expected)
    }),
  )
})

test('the CR of ssh goes, blanks at either end stay', () => {
  expect(split([' a \r\n', '\r\n', 'b'])).toEqual([' a ', '', 'b'])
})

test('a line without end comes in pieces instead of growing for ever', () => {
  const lines = split(['x'.repeat(200_000)])
  expect(lines.length).toBe(4)
  expect(lines.join('').length).toBe(200_000)
})

test('a meter is over with the line that is too much, and stays so', () => {
  const meter = createMeter({ bytes: 300 })
  expect([1, 2, 3, 4, 5].map(() => meter.line('x'.repeat(99)))).toEqual([false, false, false, true, true])
})

test('lines without anything in them are counted all the same', () => {
  const meter = createMeter({ bytes: 64 * 1000 })
  let lines = 0
  while (!meter.line('')) lines += 1
  expect(lines).toBe(1000)
})

test('what lasts may say more, at its rate', () => {
  let now = 0
  const meter = createMeter({ bytes: 1000, bytesPerSecond: 10, now: () => now })
  expect(meter.bytes(1000)).toBe(false)
  expect(meter.bytes(1)).toBe(true)
  now = 60_000
  expect(meter.bytes(599)).toBe(false)
  expect(meter.bytes(1)).toBe(true)
})
