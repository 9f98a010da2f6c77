import type { Files } from './arrows.ts'

/** Put together here so that this file does not contain what it looks for. */
const FORBIDDEN: readonly { readonly text: string; readonly why: string }[] = [
  { text: ['/wo', 'rk/'].join(''), why: 'a path of one machine' },
  { text: ['/ho', 'me/'].join(''), why: 'a path of one machine' },
  { text: ['@ts-', 'ignore'].join(''), why: 'the type error it hides is the news' },
  { text: ['@ts-', 'nocheck'].join(''), why: 'the type errors it hides are the news' },
]

/** Files that hold what no file should. */
export function wrongText(files: Files): string[] {
  const problems: string[] = []
  for (const [path, source] of files) {
    for (const { text, why } of FORBIDDEN) {
      const index = source.indexOf(text)
      if (index >= 0) problems.push(`${path}:${source.slice(0, index).split('\n').length}: "${text}": ${why}`)
    }
  }
  return problems
}
