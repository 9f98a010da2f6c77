import { describe, expect, test } from 'bun:test'
import type { LogRecord } from '#lib/db/types.ts'
import { loggerOf } from './logger-fixture.ts'

describe('a store that fails', () => {
  const full = Object.assign(new Error('The disk is full.'), { kind: 'full' })

  test('is said once, counted, and nothing is lost when it works again', async () => {
    const { logger, store, objects } = loggerOf()
    store.state.fault = full
    logger.info('c', 'one')
    await logger.flush()
    logger.info('c', 'two')
    await logger.flush()
    expect(logger.health()).toMatchObject({
      failedStoreWrites: 2,
      lostLines: 0,
      storeProblem: 'Log lines cannot be stored: The disk is full.',
    })
    expect(objects().filter((line) => line.component === 'logs')).toMatchObject([{ level: 'warn' }])
    store.state.fault = null
    await logger.flush()
    expect(store.stored.map((line) => line.message).slice(0, 2)).toEqual(['one', 'two'])
    expect(logger.health()).toMatchObject({ failedStoreWrites: 2, storeProblem: null })
    expect(objects().at(-1)).toMatchObject({ component: 'logs', msg: 'Log lines are stored again.' })
  })

  test('keeps the newest lines, and counts those that had to go', async () => {
    const { logger, store } = loggerOf()
    store.state.fault = full
    for (let n = 0; n < 5100; n++) logger.info('c', `${n}`)
    await logger.flush()
    store.state.fault = null
    await logger.flush()
    expect(store.stored[0]?.message).toBe('100')
    expect(logger.health().lostLines).toBe(100)
  })

  test('with a line that it will never take loses that batch, counted, and goes on', async () => {
    const { logger, store } = loggerOf()
    store.state.fault = Object.assign(new Error('refused'), { kind: 'constraint' })
    logger.info('c', 'bad')
    await logger.flush()
    store.state.fault = null
    logger.info('c', 'good')
    await logger.flush()
    expect(store.stored.map((line) => line.message)).toEqual(['good'])
    expect(logger.health()).toMatchObject({ failedStoreWrites: 1, lostLines: 1 })
  })
})

test('stored lines are told with their ids; a listener that throws harms nobody', async () => {
  const told: LogRecord[] = []
  const { logger, store } = loggerOf({
    onStored: (records) => {
      told.push(...records)
      throw new Error('listener')
    },
  })
  logger.info('c', 'one')
  logger.info('c', 'two')
  await logger.flush()
  await logger.flush()
  expect(told.map(({ id, message }) => `${id} ${message}`)).toEqual(['1 one', '2 two'])
  expect(store.stored).toHaveLength(2)
  expect(logger.health()).toMatchObject({
    lostLines: 0,
    failedStoreWrites: 0,
    listenerProblem: 'Stored log lines cannot be announced: listener',
  })
})
