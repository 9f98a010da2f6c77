import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '#tests/endings/temporary-directory.ts'
import { MASK } from './line.ts'
import { loggerOf } from './logger-fixture.ts'

describe('a line', () => {
  test('goes to standard output as JSON at once, and into the store with the next batch', async () => {
    const { logger, lines, store } = loggerOf()
    logger.info('scan', 'Looked.', { host: 'hqs8', runId: 7, snapshots: 12, absent: undefined })
    expect(lines).toEqual([
      '{"ts":"1970-01-01T00:00:00.000Z","level":"info","msg":"Looked.","component":"scan","runId":7,"host":"hqs8","fields":{"snapshots":12}}\n',
    ])
    expect(store.stored).toEqual([])
    await logger.flush()
    expect(store.stored).toEqual([
      {
        at: 0,
        level: 'info',
        component: 'scan',
        message: 'Looked.',
        runId: 7,
        datasetId: null,
        host: 'hqs8',
        requestId: null,
        fields: { snapshots: 12 },
      },
    ])
  })

  test('can be text for people', () => {
    const { logger, lines } = loggerOf({ format: 'text' })
    logger.warn('repair', 'It waits.', { datasetId: 'a', runId: 7, because: 'no space', tries: 2, list: ['x'] })
    expect(lines).toEqual([
      '1970-01-01T00:00:00.000Z WARN  repair: It waits. run=7 dataset=a because="no space" tries=2 list=["x"]\n',
    ])
  })

  test('below the level is written nowhere', async () => {
    const { logger, lines, store } = loggerOf({ level: 'warn' })
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]('c', level)
    await logger.flush()
    expect(lines).toHaveLength(2)
    expect(store.stored.map((line) => line.message)).toEqual(['warn', 'error'])
  })

  test('of a child carries its context, unless it names its own; a component says its name by itself', () => {
    const { logger, objects } = loggerOf()
    const child = logger.child({ runId: 7, host: 'hqs8' }).child({ datasetId: 'a' })
    child.info('c', 'one')
    child.info('c', 'two', { host: 'hqs1' })
    child.component('engine').warn('three', { runId: 8 })
    expect(objects()).toMatchObject([
      { runId: 7, host: 'hqs8', datasetId: 'a' },
      { runId: 7, host: 'hqs1', datasetId: 'a' },
      { runId: 8, component: 'engine', level: 'warn' },
    ])
  })
})

describe('what is logged', () => {
  test('is cleaned, masked and capped, in message, fields, names of fields and context', () => {
    const { logger, objects, lines } = loggerOf()
    logger.redact('hunter22')
    const nasty = 'a\x1b[31mb\n hun\u200bter22 \u202ec'
    logger.error(nasty, nasty, { host: nasty, [nasty]: [{ deep: nasty }], long: 'x'.repeat(9000) })
    const clean = `ab ⏎  ${MASK} c`
    expect(objects()[0]).toMatchObject({
      component: clean,
      msg: clean,
      host: clean,
      fields: { [clean]: [{ deep: clean }] },
    })
    expect(lines[0]?.length).toBeLessThan(6000)
    expect(lines[0]).not.toContain('hunter22')
  })

  test('may be anything: errors with their data, dates, big numbers, maps, cycles, objects that throw', () => {
    const { logger, objects } = loggerOf()
    const cyclic: Record<string, unknown> = {}
    cyclic.self = cyclic
    const hostile = {
      get trap(): string {
        throw new Error('no')
      },
    }
    const error = Object.assign(new Error('failed', { cause: new Error('below') }), { kind: 'busy', exitCode: 255 })
    const values = {
      error,
      date: new Date(0),
      guid: 2n ** 63n,
      map: new Map([['k', 1]]),
      set: new Set([1]),
      cyclic,
      hostile,
      nan: Number.NaN,
      none: null,
    }
    logger.info('c', 'm', values)
    logger.info('c', 'm', { many: Array.from({ length: 60 }, (_, n) => n) })
    const [first, second] = objects().map((line) => line.fields as Record<string, unknown>)
    expect(first).toMatchObject({
      error: { name: 'Error', message: 'failed', kind: 'busy', exitCode: 255, cause: { message: 'below' } },
      date: '1970-01-01T00:00:00.000Z',
      guid: '9223372036854775808',
      map: { k: 1 },
      set: [1],
      hostile: '(cannot be shown: no)',
      nan: 'NaN',
      none: null,
    })
    expect(second?.many).toHaveLength(51)
  })
})

test('standard output that fails harms nobody', () => {
  const { logger } = loggerOf({
    write: () => {
      throw new Error('EPIPE')
    },
  })
  logger.info('c', 'm')
  expect(logger.health().outputProblem).toContain('EPIPE')
})

test('closing stores what waits; later lines go to standard output alone', async () => {
  const { logger, store, lines } = loggerOf()
  logger.info('c', 'last')
  await logger.close()
  logger.info('c', 'after')
  expect(store.stored.map((line) => line.message)).toEqual(['last'])
  expect(lines).toHaveLength(2)
})

test('without being asked the store gets its lines within half a second', async () => {
  const { logger, store } = loggerOf({ flushMs: undefined })
  logger.info('c', 'm')
  while (store.stored.length === 0) await Bun.sleep(10)
  expect(store.state.calls).toBe(1)
})

describe('the log file', () => {
  test('gets JSON lines whatever standard output gets', () => {
    const directory = temporaryDirectory()
    const { logger } = loggerOf({ directory, format: 'text' })
    logger.info('c', 'm')
    expect(JSON.parse(readFileSync(join(directory, 'zwitness.log'), 'utf8'))).toMatchObject({ msg: 'm', level: 'info' })
  })

  test('of strangers is one of its own: they reach standard output and it, nothing else', async () => {
    const directory = temporaryDirectory()
    const { logger, lines, store } = loggerOf({ directory })
    logger.info('c', 'ours')
    const strangers = logger.strangers('http')
    for (let at = 0; at < 300; at++) strangers.info('x'.repeat(40_000))
    await logger.flush()
    expect(lines).toHaveLength(301)
    expect(store.stored.map((line) => line.message)).toEqual(['ours'])
    const size = (name: string): number => statSync(join(directory, name)).size
    expect(readdirSync(directory).sort()).toEqual(['strangers.log', 'zwitness.log'])
    expect(size('zwitness.log')).toBeLessThan(200)
    expect(size('strangers.log')).toBeGreaterThan(1_000_000)
  })

  test('that cannot be written is one warning; the service goes on', async () => {
    const directory = join(temporaryDirectory(), 'file')
    writeFileSync(directory, '')
    const { logger, store, objects } = loggerOf({ directory })
    for (const message of ['one', 'two']) logger.info('c', message)
    await logger.flush()
    expect(objects().filter((line) => line.level === 'warn')).toHaveLength(1)
    expect(store.stored.map((line) => line.message).filter((message) => !message.startsWith('The log file'))).toEqual([
      'one',
      'two',
    ])
    expect(logger.health().fileProblem).toContain('cannot be written')
  })
})
