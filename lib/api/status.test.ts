import { describe, expect, test } from 'bun:test'
import { headlineOf, type Situation } from './status.ts'

type Word = 'H' | 'W' | 'B' | 'U' | 'N' | 'I'
const AS: Record<Word, Situation['datasets'][number]> = {
  H: dataset('HEALTHY', 'UP_TO_DATE'),
  W: dataset('WARNING', 'LAGGING'),
  B: dataset('BROKEN', 'LAG_CRITICAL'),
  U: dataset('UNKNOWN', 'HOST_UNREACHABLE'),
  N: dataset('UNKNOWN', 'NOT_CHECKED'),
  I: dataset('UNKNOWN', 'WITNESS_ISOLATED'),
}

function dataset(
  health: 'HEALTHY' | 'WARNING' | 'BROKEN' | 'UNKNOWN',
  code: 'UP_TO_DATE',
): Situation['datasets'][number]
function dataset(health: string, code: string): Situation['datasets'][number]
function dataset(health: string, code: string) {
  return { health, reason: { code, message: '', action: null, destructive: false } } as Situation['datasets'][number]
}

describe('the sentence at the top', () => {
  test.each([
    ['', false, 'No datasets configured yet'],
    ['H', false, 'The only dataset is protected'],
    ['HHH', false, 'All 3 datasets are protected'],
    ['HW', false, '1 dataset needs attention'],
    ['HWW', false, '2 datasets need attention'],
    ['HB', false, '1 dataset is broken'],
    ['BBW', false, '2 datasets are broken, 1 needs attention'],
    ['BWWU', false, '1 dataset is broken, 2 need attention, the state of 1 is unknown'],
    ['HU', false, 'The state of 1 dataset is unknown'],
    ['HNN', false, 'The state of 2 datasets is unknown'],
    ['NN', false, 'Not checked yet'],
    ['NN', true, 'Checks are paused'],
    ['HH', true, 'Checks are paused'],
    ['HB', true, '1 dataset is broken'],
    ['BI', false, 'The witness cannot reach any SAN — states are unknown'],
  ])('%s (paused: %p): %s', (words, schedulerPaused, sentence) => {
    const datasets = [...words].map((word) => AS[word as Word])
    expect(headlineOf({ datasets, schedulerPaused })).toBe(sentence)
  })
})
