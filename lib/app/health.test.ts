import { expect, test } from 'bun:test'
import type { Config } from '#config/effective.ts'
import type { Store } from '#lib/db/types.ts'
import { readiness } from './health.ts'

function view(check: () => Promise<void>, makeRoom: () => Promise<void> = async () => {}) {
  let now = 1_000_000
  const scheduler = { enabled: false, intervalSeconds: 1800 }
  const ready = readiness({
    store: { check } as unknown as Store,
    configuration: { current: { scheduler } as unknown as Config, missing: false },
    scans: { running: false, next: null },
    stopping: new AbortController().signal,
    now: () => now,
    makeRoom,
  })
  return {
    made: { ready },
    later(ms: number) {
      now += ms
    },
  }
}

test('however many ask whether it is ready, the database is asked once in ten seconds', async () => {
  let asked = 0
  const { made, later } = view(async () => void asked++)
  const all = await Promise.all(Array.from({ length: 500 }, () => made.ready()))
  expect(all.every((failed) => failed.length === 0)).toBe(true)
  later(9_999)
  await made.ready()
  expect(asked).toBe(1)
  later(1)
  await made.ready()
  expect(asked).toBe(2)
  // A clock that was set back holds no answer for longer.
  later(-3600_000)
  await made.ready()
  expect(asked).toBe(3)
})

test('a database that cannot be written is not ready, and is again when it can', async () => {
  let full = true
  const { made, later } = view(async () => {
    if (full) throw new Error('full')
  })
  expect(await made.ready()).toEqual(['database'])
  full = false
  expect(await made.ready()).toEqual(['database'])
  later(10_000)
  expect(await made.ready()).toEqual([])
})

test('where giving up old log lines makes room, it is ready at once', async () => {
  let full = true
  const { made } = view(
    async () => {
      if (full) throw new Error('full')
    },
    async () => {
      full = false
    },
  )
  expect(await made.ready()).toEqual([])
})
