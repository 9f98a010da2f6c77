import { describe, expect, test } from 'bun:test'
import { message } from '#lib/notify/channels/receiver.fixture.ts'
import type { EventName, Severity } from '#lib/notify/message.ts'
import type { ChannelConfig } from '#lib/notify/settings.ts'
import { routed, wants } from './routing.ts'

const CHANNEL: ChannelConfig = {
  name: 'chat',
  type: 'ntfy',
  minSeverity: 'warning',
  events: null,
  pairs: null,
  quietHours: null,
  critical: true,
  settings: {},
}

describe('what a channel wants', () => {
  const cases: readonly [string, Partial<ChannelConfig>, EventName, Severity, readonly string[], boolean][] = [
    ['a warning', {}, 'dataset.warning', 'warning', ['one'], true],
    [
      'of a channel for what is critical, no warning',
      { minSeverity: 'critical' },
      'dataset.warning',
      'warning',
      [],
      false,
    ],
    ['and what is broken', { minSeverity: 'critical' }, 'dataset.broken', 'critical', [], true],
    ['the end of what was critical', { minSeverity: 'critical' }, 'dataset.recovered', 'critical', [], true],
    ['not the end of a warning', { minSeverity: 'critical' }, 'dataset.recovered', 'warning', [], false],
    ['another pair', { pairs: ['two'] }, 'dataset.broken', 'critical', ['one'], false],
    ['one of its pairs', { pairs: ['two'] }, 'dataset.broken', 'critical', ['one', 'two'], true],
    ['what concerns the witness, whatever its pairs', { pairs: ['two'] }, 'witness.warning', 'warning', [], true],
    ['only what it lists', { events: ['dataset.broken'] }, 'dataset.recovered', 'critical', [], false],
    ['what it lists, though it is no trouble', { events: ['repair.started'] }, 'repair.started', 'info', ['one'], true],
    ['not what it does not list', {}, 'repair.started', 'info', ['one'], false],
    ['the digest, whatever its severity', { minSeverity: 'critical' }, 'digest.daily', 'info', [], true],
    ['the report by mail', { type: 'email' }, 'report', 'info', [], true],
    ['no report elsewhere', {}, 'report', 'info', [], false],
  ]
  test.each(cases)('%s', (_, change, event, rank, pairs, expected) => {
    expect(wants({ ...CHANNEL, ...change }, { message: message({ event, pairs }), rank })).toBe(expected)
  })
})

describe('quiet hours', () => {
  const night = { from: 22 * 60, to: 7 * 60 }
  const at = (hour: number): number => Date.UTC(2026, 10, 2, hour)
  const when = (hour: number, change: Partial<ChannelConfig>, severity: Severity) => {
    const draft = { message: message({ severity, pairs: [] }), rank: severity }
    const [one] = routed(draft, [{ ...CHANNEL, quietHours: night, ...change }], { now: at(hour), zone: 'UTC' })
    return one === undefined ? null : new Date(one.notBefore).toISOString().slice(5, 16)
  }

  test.each([
    ['by day it goes out', 12, {}, 'warning', '11-02T12:00'],
    ['by night a warning waits', 23, {}, 'warning', '11-03T07:00'],
    ['after midnight too', 3, {}, 'warning', '11-02T07:00'],
    ['what is broken passes', 23, {}, 'critical', '11-02T23:00'],
    ['unless the channel says otherwise', 23, { critical: false }, 'critical', '11-03T07:00'],
  ] as const)('%s', (_, hour, change, severity, expected) => {
    expect(when(hour, change, severity)).toBe(expected)
  })
})
