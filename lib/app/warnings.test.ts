import { expect, test } from 'bun:test'
import { createWarnings } from './warnings.ts'

test('the warnings of all sources in their order; one that fails is said in its place', async () => {
  const errors: string[] = []
  const warnings = createWarnings(
    [
      { about: 'Files', now: () => ['Open. Close it.', 'Open too.'] },
      { about: 'The last backup', now: () => Promise.reject(new Error('disk')) },
      { about: 'Channels', now: async () => [] },
      { about: 'Rights', now: async () => ['Too many.'] },
    ],
    { error: (line) => void errors.push(line) },
  )
  expect(await warnings()).toEqual([
    'Open. Close it.',
    'Open too.',
    'The last backup could not be found out. The log says why.',
    'Too many.',
  ])
  expect(errors).toEqual(['The last backup could not be found out: Error: disk'])
})
