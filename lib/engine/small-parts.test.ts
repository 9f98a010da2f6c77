import { describe, expect, test } from 'bun:test'
import { BesideBook } from './beside.ts'
import { PreviewBook } from './preview.ts'
import { Bookings } from './room.ts'
import { etaSeconds, Rate } from './run-record.ts'

describe('booked space', () => {
  test('is what others have booked and not yet filled, in the same pool of the same host', () => {
    const bookings = new Bookings()
    bookings.book(1, 'h', 'tank', 100)
    bookings.book(2, 'h', 'tank', 50)
    bookings.book(3, 'h', 'other', 1000)
    bookings.book(4, 'g', 'tank', 1000)
    expect(bookings.of('h', 'tank')).toBe(150)
    expect(bookings.of('h', 'tank', 1)).toBe(50)
    bookings.arrived(1, 70)
    expect(bookings.of('h', 'tank')).toBe(80)
    bookings.arrived(1, 130)
    expect(bookings.of('h', 'tank')).toBe(50)
    bookings.release(2)
    expect(bookings.of('h', 'tank')).toBe(0)
  })
})

describe('the rate of a transfer', () => {
  test('is unknown before there are two samples', () => {
    const rate = new Rate()
    expect(rate.bytesPerSecond()).toBeNull()
    rate.add(0, 0)
    expect(rate.bytesPerSecond()).toBeNull()
  })
  test('follows the last twenty seconds, not the whole', () => {
    const rate = new Rate()
    for (let second = 0; second <= 60; second++) rate.add(second * 1000, second < 30 ? second * 1000 : 30_000)
    expect(rate.bytesPerSecond()).toBe(0)
  })
  test.each([
    [50, 100, 10, 5],
    [150, 100, 10, 0],
    [50, null, 10, null],
    [50, 100, 0, null],
    [50, 100, null, null],
  ])('time left of %p of %p at %p', (done, total, rate, wanted) => {
    expect(etaSeconds(done, total, rate)).toBe(wanted)
  })
})

describe('a plan that was shown', () => {
  test('can be run by its id for ten minutes, and only for its own dataset', () => {
    const book = new PreviewBook()
    const shown = book.add('a', { hash: 'x' } as never, 1000)
    expect(book.find(shown.planId, 'a', 1000 + 599_000)).toBe(shown)
    expect(book.find(shown.planId, 'a', 1000 + 601_000)).toBe('expired')
    expect(book.find(shown.planId, 'b', 1000)).toBeNull()
    expect(book.find('nothing', 'a', 1000)).toBeNull()
  })
})

test('what stood beside backups that are gone is forgotten', () => {
  const book = new BesideBook()
  const nothing = { siblings: [], children: [] }
  let most = 0
  for (let hour = 0; hour < 2000; hour++) {
    book.put(`hqs1:p/gone-${hour}`, nothing, hour * 3600_000)
    book.put('hqs1:p/stays', nothing, hour * 3600_000)
    most = Math.max(most, book.size)
  }
  expect(most).toBeLessThan(20)
  expect(book.get('hqs1:p/stays', 2000 * 3600_000)).toEqual(nothing)
})
