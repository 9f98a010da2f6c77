import { expect, test } from 'bun:test'
import { parseSendEstimate } from './estimate.ts'

/** All of these as OpenZFS 2.3.9 printed them. */
test.each([
  [
    'full\thqs8p1/zl/s@c d\t3296872\nsize\t3296872\n',
    [{ kind: 'full', from: null, to: 'hqs8p1/zl/s@c d', bytes: 3296872 }],
    3296872,
  ],
  [
    'incremental\ta\thqs8p1/zl/s@b\t3028216\nincremental\tb\thqs8p1/zl/s@c d\t624\nsize\t3028840\n',
    [
      { kind: 'incremental', from: 'hqs8p1/zl/s@a', to: 'hqs8p1/zl/s@b', bytes: 3028216 },
      { kind: 'incremental', from: 'hqs8p1/zl/s@b', to: 'hqs8p1/zl/s@c d', bytes: 624 },
    ],
    3028840,
  ],
  [
    'incremental\thqs8p1/zl/s#mark\thqs8p1/zl/s@b\t3028216\nsize\t3028216\n',
    [{ kind: 'incremental', from: 'hqs8p1/zl/s#mark', to: 'hqs8p1/zl/s@b', bytes: 3028216 }],
    3028216,
  ],
] as const)('%j', (text, steps, totalBytes) => {
  expect(parseSendEstimate(text)).toEqual({ steps: [...steps], totalBytes })
})

test('nonsense near 2^64 is unknown', () => {
  const text = 'incremental\t@a\tp/x@b\t18446744073709550592\nsize\t18446744073709550592\n'
  expect(parseSendEstimate(text)).toEqual({
    steps: [{ kind: 'incremental', from: 'p/x@a', to: 'p/x@b', bytes: null }],
    totalBytes: null,
  })
})

test('without a step there is no estimate', () => expect(parseSendEstimate('size\t12\n')).toBeNull())
