import { type Files, isTest } from './arrows.ts'

/** A chapter that a person reads in one sitting is about 90; a file of more than this is two. */
const MOST_LINES = 400
/** Tables of cases are long and still one idea. */
const MOST_LINES_OF_A_TEST = 700
/** Put together here so that this file does not contain what it looks for. */
const FORBIDDEN: readonly { readonly text: string; readonly why: string }[] = [
  { text: ['/wo', 'rk/'].join(''), why: 'a path of one machine' },
  { text: ['/ho', 'me/'].join(''), why: 'a path of one machine' },
  { text: ['@ts-', 'ignore'].join(''), why: 'the type error it hides is the news' },
  { text: ['@ts-', 'nocheck'].join(''), why: 'the type errors it hides are the news' },
]

/** Files that are too long, or that hold what no file should. */
export function wrongText(files: Files): string[] {
  const problems: string[] = []
  for (const [path, source] of files) {
    const lines = source.split('\n').length - 1
    const most = isTest(path) ? MOST_LINES_OF_A_TEST : MOST_LINES
    if (lines > most && /\.tsx?$/.test(path)) {
      problems.push(`${path}: ${lines} lines; one chapter a file, at most ${most}`)
    }
    for (const { text, why } of FORBIDDEN) {
      const index = source.indexOf(text)
      if (index >= 0) problems.push(`${path}:${source.slice(0, index).split('\n').length}: "${text}": ${why}`)
    }
  }
  return problems
}
