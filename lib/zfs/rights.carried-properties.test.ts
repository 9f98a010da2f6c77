import { expect, test } from 'bun:test'
import { type Carriage, carriageOf, rightsToCarry } from './rights.ts'

test.each<[string, Carriage]>([
  ['compression', 'given'],
  ['org.example:note', 'given'],
  ['snapshot_limit', 'given'],
  ['quota', 'quota'],
  ['refquota', 'quota'],
  ['refreservation', 'reservation'],
  ['volsize', 'fixed'],
  ['canmount', 'fixed'],
])('%s is %s', (name, carriage) => expect(carriageOf(name)).toBe(carriage))

test('the rights for them: one for all user properties, none for what is not set', () =>
  expect(rightsToCarry(['atime', 'a:b', 'c:d', 'quota', 'reservation', 'volsize', 'filesystem_limit'])).toEqual([
    'atime',
    'userprop',
    'quota',
    'filesystem_limit',
  ]))
