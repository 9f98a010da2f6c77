import { expect, test } from 'bun:test'
import { MAPPING } from '../testing/world.ts'
import { wordsFor } from '../words.ts'
import { healthOf, reason, severityOf, worstFirst } from './reasons.ts'

const words = wordsFor(MAPPING, 'UTC')
const degraded = reason(words, 'POOL_DEGRADED', { host: 'hqs1', pool: 'hqs1p1', health: 'DEGRADED' })
const missing = reason(words, 'BACKUP_DATASET_MISSING', { eligible: 1, pool: 'hqs1p1', leftOut: null })
const busy = reason(words, 'BUSY', { toName: null, receivedBytes: null, lately: null })

test('reasons are sorted worst first, notes last', () => {
  expect(worstFirst([busy, degraded, missing]).map((each) => each.code)).toEqual([
    'BACKUP_DATASET_MISSING',
    'POOL_DEGRADED',
    'BUSY',
  ])
})

test('the health is that of the worst reason; notes never are the status', () => {
  expect(healthOf(worstFirst([busy, degraded]))).toBe('WARNING')
  expect(healthOf([busy])).toBeNull()
  expect(severityOf('RETIRED')).toBe('WARNING')
  expect(healthOf(worstFirst([busy, { ...degraded, severity: 'NOTE' }]))).toBeNull()
})

test('a reason carries its sentence, its next step and what it rests on', () => {
  expect(missing).toEqual({
    code: 'BACKUP_DATASET_MISSING',
    severity: 'BROKEN',
    message: 'hqs1 has no dataset hqs1p1/DAT1.',
    action: 'Seed it from hqs8; the preview shows size and commands.',
    evidence: { eligible: 1, pool: 'hqs1p1', leftOut: null },
  })
})
