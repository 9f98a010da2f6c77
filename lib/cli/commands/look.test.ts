import { describe, expect, test } from 'bun:test'
import { EXIT } from '../exit-codes.ts'
import { detail, healthy, status, summary } from '../testing/answers.ts'
import { runCommand } from '../testing/command-line.ts'
import { problem } from '../testing/service.ts'

const ok = (body: unknown) => ({ status: 200, body })

describe('status', () => {
  test('is one screen, worst first', async () => {
    const ran = await runCommand(['status'], { answers: { 'GET /api/status': ok(status) } })
    expect(ran.exit).toBe(0)
    expect(ran.stdout).toMatchSnapshot()
  })

  test('--exit-code says 4 when something is wrong, and 0 when nothing is', async () => {
    expect((await runCommand(['status', '--exit-code'])).exit).toBe(EXIT.ATTENTION)
    const fine = { 'GET /api/status': ok({ ...status, overall: 'HEALTHY' }) }
    expect((await runCommand(['status', '--exit-code'], { answers: fine })).exit).toBe(0)
  })

  test('--plain is one record a line', async () => {
    const { stdout } = await runCommand(['status', '--plain'])
    expect(stdout.split('\n').map((line) => line.split('\t').length)).toEqual([3, 6, 6, 1])
  })

  test('--watch draws until Ctrl-C, and needs a terminal', async () => {
    const ran = await runCommand(['status', '--watch'], {
      tty: true,
      onSleep: (io, count) => count === 2 && io.interrupt(),
    })
    expect(ran.exit).toBe(130)
    expect(ran.stdout.split('\u001b[H\u001b[2J').length).toBe(3)
    expect((await runCommand(['status', '--watch'])).exit).toBe(2)
  })
})

describe('datasets', () => {
  test('is a table of all pages', async () => {
    const ran = await runCommand(['datasets'])
    expect(ran.stdout).toMatchSnapshot()
    expect(ran.service.calls).toEqual(['GET /api/datasets?limit=500', 'GET /api/datasets?limit=500&cursor=second'])
  })

  test('--json is the rows as the API gives them, with the schema in front', async () => {
    const { stdout } = await runCommand(['--json', 'datasets'])
    expect(JSON.parse(stdout)).toEqual({ schema: 'datasets/1', items: [summary, healthy] })
    expect(stdout).toStartWith('{\n  "schema": "datasets/1",\n')
  })

  test('--plain has tabs and no header', async () => {
    const { stdout } = await runCommand(['datasets', '--plain'])
    expect(stdout.split('\n')[0]).toBe(
      'hqs10-hqs7.L1S4DAT1\tBROKEN\tLAG_CRITICAL\t2246400\t2250000\t26\t228170137600\thqs10:hqs10p1/L1S4DAT1\thqs7:hqs7p1/L1S4DAT1\t2026-11-22T13:48:00Z',
    )
  })

  test('filters go to the service in its own words', async () => {
    const { service } = await runCommand(['datasets', '--status', 'broken,warning', '--pair', 'A → B', '--search', 'x'])
    const url = new URL(service.calls[0]?.split(' ')[1] ?? '', 'http://x')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      status: 'BROKEN,WARNING',
      pair: 'A → B',
      q: 'x',
      limit: '500',
    })
  })

  test('not known is a question mark, never a nought', async () => {
    const blind = { ...summary, delaySeconds: null, lagSeconds: null, behind: null, checkedAt: null }
    const answers = {
      'GET /api/datasets': ok({ items: [blind], total: 1, nextCursor: null, asOf: '2026-11-22T14:00:00Z' }),
    }
    const { stdout } = await runCommand(['datasets'], { answers })
    expect(stdout.split('\n')[1]?.split(/ {2,}/).slice(3, 7)).toEqual(['?', '?', '?', 'never'])
  })
})

describe('colour', () => {
  const lines = async (options: Parameters<typeof runCommand>[1], ...more: string[]) =>
    (await runCommand(['datasets', ...more], options)).stdout
  test('only on a terminal, and not against anybody’s wish', async () => {
    expect(await lines({ tty: true })).toContain('\u001b[31mBROKEN')
    expect(await lines({})).not.toContain('\u001b')
    expect(await lines({ tty: true, env: { NO_COLOR: '1' } })).not.toContain('\u001b')
    expect(await lines({ tty: true, env: { TERM: 'dumb' } })).not.toContain('\u001b')
    expect(await lines({ tty: true }, '--no-color')).not.toContain('\u001b')
  })

  test('a table never wraps on a terminal', async () => {
    for (const line of (await lines({ tty: true, columns: 60, env: { NO_COLOR: '1' } })).split('\n'))
      expect(Bun.stringWidth(line)).toBeLessThanOrEqual(60)
  })
})

describe('show', () => {
  test('is the page for whoever was just woken', async () => {
    const ran = await runCommand(['show', 'hqs10-hqs7.L1S4DAT1'])
    expect(ran.exit).toBe(0)
    expect(ran.stdout).toMatchSnapshot()
  })

  test('without the chain it still says the rest, and why', async () => {
    const answers = { 'GET /api/datasets/hqs10-hqs7.L1S4DAT1/snapshots': problem(503, 'NOT_READY', 'hqs7 is off.') }
    const ran = await runCommand(['show', 'hqs10-hqs7.L1S4DAT1'], { answers })
    expect(ran.exit).toBe(0)
    expect(ran.stdout).toContain('The chain cannot be shown: hqs7 is off.')
  })

  test('--snapshots lists every one', async () => {
    const { stdout } = await runCommand(['show', 'x', '--snapshots', '--plain'])
    expect(stdout.split('\n')[0]).toBe('5\tPRIMARY\t2026-01-05T00:00:00Z\tday-5\t\t')
    expect(stdout.trimEnd().split('\n').length).toBe(5)
  })

  test('names from a SAN are only text', async () => {
    const answers = {
      'GET /api/datasets/x': ok({
        ...detail,
        reason: { ...summary.reason, message: 'a\u001b[2Jb\u009bc' },
      }),
    }
    const { stdout } = await runCommand(['show', 'x'], { answers, tty: true, env: { NO_COLOR: '1' } })
    expect(stdout).toContain('ab')
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })

  test('an id is always one part of the path', async () => {
    const { service } = await runCommand(['show', 'a/../b?c', '--plain'])
    expect(service.calls[0]).toBe('GET /api/datasets/a%2F..%2Fb%3Fc')
  })

  test('a dataset that is not there is 3, and says where to look', async () => {
    const answers = { 'GET /api/datasets/nope': problem(404, 'NO_SUCH_DATASET', 'There is no dataset nope.') }
    const ran = await runCommand(['show', 'nope'], { answers })
    expect([ran.exit, ran.stdout]).toEqual([3, ''])
    expect(ran.stderr).toBe('zwitness: There is no dataset nope.\nNext: zwitness datasets\n')
  })
})
