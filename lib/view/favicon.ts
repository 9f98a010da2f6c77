import type { StatusWord } from './dataset-row.ts'

const GLYPHS: Readonly<Record<Exclude<StatusWord, 'REPAIRING'>, readonly [string, string, string]>> = {
  HEALTHY: ['#0f7a6b', 'M16 1a15 15 0 1 1 0 30a15 15 0 1 1 0-30', 'M9 16.5l5 5 9-10'],
  WARNING: ['#9a6200', 'M16 1.5 31.5 30H.5z', 'M16 11v9M16 25v.5'],
  BROKEN: ['#b8182b', 'M10 1h12l9 9v12l-9 9H10l-9-9V10z', 'M10.5 10.5l11 11M21.5 10.5l-11 11'],
  UNKNOWN: [
    '#6b7583',
    'M16 1a15 15 0 1 1 0 30a15 15 0 1 1 0-30',
    'M11.5 12.5a4.5 4.5 0 1 1 6.6 4c-1.5.8-2.1 1.6-2.1 3M16 24.5v.5',
  ],
}

/** The icon of the tab: the shape of the worst state, readable at 16 pixels. By its path. */
export function favicons(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(GLYPHS).map(([status, [colour, shape, glyph]]) => [
      `/assets/icon-${status.toLowerCase()}.svg`,
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="${colour}" d="${shape}"/>` +
        `<path fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round" d="${glyph}"/></svg>`,
    ]),
  )
}
