import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Figure, meets } from './measure.ts'
import { MEASURES } from './measures/all.ts'
import { lastResults, type Results, ROOT } from './results.ts'
import { busyWarning, goalWords, valueWords } from './table.ts'

const FILE = join(ROOT, 'docs', 'benches.md')
const BEGIN = '<!-- figures: begin -->'
const END = '<!-- figures: end -->'

/** Puts the last results between the marks in docs/benches.md. @returns what was done, in words */
export function writeDocs(): string {
  const results = lastResults()
  if (results === null) return 'There are no results yet; run `npm run bench` first.'
  const text = readFileSync(FILE, 'utf8')
  const begin = text.indexOf(BEGIN)
  const end = text.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`${FILE} has lost its marks ${BEGIN} and ${END}; put them back.`)
  writeFileSync(FILE, `${text.slice(0, begin + BEGIN.length)}\n\n${figuresText(results)}\n${text.slice(end)}`)
  return `docs/benches.md has the figures of ${results.at} now.`
}

/** @param results of one run */
export function figuresText(results: Results): string {
  const { machine, at, commit } = results
  const warnings = [
    ...(results.busy ? [`**${busyWarning(results.loadAtStart, machine)}**`, ''] : []),
    ...(results.quick ? ['**QUICK: smaller and fewer of everything. These figures prove nothing.**', ''] : []),
  ]
  return [
    ...warnings,
    `${at.slice(0, 16).replace('T', ' ')} UTC, commit ${commit ?? 'unknown'}, ${results.seconds} s in all. ${machine.cores} cores (${machine.processor}), ${machine.memoryGb} GB, Linux ${machine.kernel}, Bun ${machine.bun}; load ${results.loadAtStart} at the start, ${results.loadAtEnd} at the end.`,
    '',
    ...MEASURES.flatMap(({ name, about }) => {
      const taken = results.results.find(({ measure }) => measure === name)
      return [`### ${name}`, '', about, '', ...measureText(taken ?? null), '']
    }),
  ].join('\n')
}

function measureText(taken: Results['results'][number] | null): readonly string[] {
  if (taken === null) return ['Not measured in this run.']
  if (taken.failure !== null) return [`**FAILED**: ${oneLine(taken.failure)}`]
  const missed = taken.figures.filter((figure) => meets(figure) === false && figure.ifMissed !== undefined)
  return [
    '| | figure | goal | | beside |',
    '|---|---|---|---|---|',
    ...taken.figures.map(row),
    ...(missed.length === 0 ? [] : ['', ...missed.map(({ what, ifMissed }) => `- Missed, ${what}: ${ifMissed}`)]),
  ]
}

function row(figure: Figure): string {
  const met = meets(figure)
  const judged = figure.value === null ? '**not measured**' : met === null ? '' : met ? 'met' : '**missed**'
  const goal = figure.goal === null ? '' : goalWords(figure.goal, figure.unit)
  return `| ${[figure.what, valueWords(figure), goal, judged, figure.against].map(oneLine).join(' | ')} |`
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')
}
