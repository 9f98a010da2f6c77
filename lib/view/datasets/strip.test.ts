import { expect, test } from 'bun:test'
import { cellsOf, type Day, stripWords } from './strip.tsx'

const NOW = Date.parse('2026-11-22T14:32:10Z')
const day = (back: number, health: Day['health']): Day => ({
  at: new Date(Math.floor(NOW / 86_400_000 - back) * 86_400_000).toISOString(),
  delaySeconds: 0,
  health,
})

test('today is last, a day without a look is none', () => {
  const cells = cellsOf([day(0, 'HEALTHY'), day(29, 'WARNING'), day(30, 'BROKEN')], NOW)
  expect(cells.length).toBe(30)
  expect(cells.map((cell) => cell?.health?.[0] ?? '.').join('')).toBe(`W${'.'.repeat(28)}H`)
})

test('in words', () => {
  const days = Array.from({ length: 30 }, (_, back) => day(back, back >= 18 && back <= 20 ? 'BROKEN' : 'HEALTHY'))
  expect(stripWords(cellsOf(days, NOW))).toBe('Within policy 27 of 30 days; broken 2 Nov – 4 Nov')
  expect(stripWords(cellsOf([], NOW))).toBe('Within policy 0 of 30 days; 30 days not seen')
})
