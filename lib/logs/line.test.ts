import { describe, expect, test } from 'bun:test'
import { createRedactor, MASK } from './line.ts'

describe('a registered secret', () => {
  test('is masked wherever it stands, as it is and percent-encoded', () => {
    const { add, apply } = createRedactor()
    expect(add('p@ss word')).toBe(true)
    expect(apply('p@ss word, and http://u:p%40ss%20word@host')).toBe(`${MASK}, and http://u:${MASK}@host`)
  })

  test('that contains another one leaves nothing behind', () => {
    const { add, apply } = createRedactor()
    add('hunter')
    add('hunter2-long')
    expect(apply('hunter2-long hunter')).toBe(`${MASK} ${MASK}`)
  })

  test('of several lines is masked line by line too', () => {
    const { add, apply } = createRedactor()
    add('-----BEGIN-----\nb3BlbnNzaC1r\n-----END-----\n')
    expect(apply('invalid: b3BlbnNzaC1r')).toBe(`invalid: ${MASK}`)
  })

  test('is taken literally, not as a pattern', () => {
    const { add, apply } = createRedactor()
    add('a.c$&')
    expect(apply('abc$& a.c$&')).toBe(`abc$& ${MASK}`)
  })

  test.each(['', 'abc', '    ', '\n\n\n\n\n'])('is refused when too short to be one: %p', (secret) => {
    const { add, apply } = createRedactor()
    expect(add(secret)).toBe(false)
    expect(apply('abc    def')).toBe('abc    def')
  })
})
