import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Figure, type Measure, meets } from './measure.ts'
import { latency } from './measures/latency.ts'
import { parsing } from './measures/parsing.ts'
import { scanning } from './measures/scanning.ts'
import { starting } from './measures/starting.ts'
import { transferring } from './measures/transferring.ts'

/** `npm run bench [-- NAME…]`: all measures, or those named. A table on stdout, the same as JSON in `.cache/bench.json`. */
const MEASURES: readonly Measure[] = [parsing, starting, scanning, transferring, latency]

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !MEASURES.some((measure) => measure.name === name))
if (unknown.length > 0) {
  console.error(
    `There is no measure "${unknown.join(' ')}". Write some of: ${MEASURES.map(({ name }) => name).join(', ')}.`,
  )
  process.exit(2)
}

const results: { readonly measure: string; readonly figures: readonly Figure[] }[] = []
for (const measure of MEASURES) {
  if (wanted.length > 0 && !wanted.includes(measure.name)) continue
  console.log(`\n${measure.name}`)
  const figures = await measure.run()
  for (const figure of figures) console.log(`  ${line(figure)}`)
  results.push({ measure: measure.name, figures })
}
const file = join(import.meta.dir, '..', '.cache', 'bench.json')
mkdirSync(join(file, '..'), { recursive: true })
writeFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), results }, null, 2)}\n`)
const missed = results.flatMap(({ figures }) => figures).filter((figure) => meets(figure) === false)
console.log(
  `\n${missed.length === 0 ? 'Every goal is met.' : `${missed.length} goals are missed.`} All figures: .cache/bench.json`,
)

function line(figure: Figure): string {
  const goal =
    figure.goal === null
      ? ''
      : 'atMost' in figure.goal
        ? `goal ≤ ${figure.goal.atMost}`
        : `goal ≥ ${figure.goal.atLeast}`
  const met = meets(figure)
  const spread = figure.spread === undefined ? '' : ` (${round(figure.spread[0])} to ${round(figure.spread[1])})`
  return [
    figure.what.padEnd(58),
    `${round(figure.value)} ${figure.unit}${spread}`.padEnd(28),
    `${met === null ? '' : met ? 'met, ' : 'MISSED, '}${goal}`.padEnd(22),
    figure.against,
  ].join(' ')
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(3)
}
