import { expect, test } from 'bun:test'
import { oneAtATime } from './readings.ts'

test('asked three times at once: one reading after the other, and the last began after the last question', async () => {
  const begun: PromiseWithResolvers<void>[] = []
  const read = oneAtATime(() => {
    const reading = Promise.withResolvers<void>()
    begun.push(reading)
    return reading.promise
  })
  const ends = Promise.all([read(), read(), read()])
  expect(begun).toHaveLength(1)
  begun[0]?.resolve()
  await Bun.sleep(0)
  expect(begun).toHaveLength(2)
  begun[1]?.resolve()
  await ends
  expect(begun).toHaveLength(2)

  const later = read()
  expect(begun).toHaveLength(3)
  begun[2]?.resolve()
  await later
})

test('a reading that fails ends its callers, not the next one', async () => {
  let count = 0
  const read = oneAtATime(async () => {
    count++
    if (count === 1) throw new Error('no answer')
  })
  expect(read()).rejects.toThrow('no answer')
  await Bun.sleep(0)
  await read()
  expect(count).toBe(2)
})
