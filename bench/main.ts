import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { argumentsOf } from './arguments.ts'
import { Worlds } from './beds/open-worlds.ts'
import { writeDocs } from './docs.ts'
import { isBusy, load, thisMachine } from './machine.ts'
import { meets } from './measure.ts'
import { MEASURES } from './measures/all.ts'
import { commitOf, RESULTS_FILE, type Results, type Taken } from './results.ts'
import { busyWarning, figureLines } from './table.ts'

/** `npm run bench [-- NAME…]`: all measures, or those named. A table on stdout, the same as JSON in `.cache/bench.json`. */
const wanted = argumentsOf(process.argv.slice(2))
if ('fault' in wanted) {
  console.error(wanted.fault)
  process.exit(2)
}
if (wanted.writeDocs) {
  console.log(writeDocs())
  process.exit(0)
}

const machine = thisMachine()
const loadAtStart = load()
const busy = isBusy(loadAtStart, machine)
const at = new Date().toISOString()
console.log(
  `${machine.cores} cores (${machine.processor}), ${machine.memoryGb} GB, Linux ${machine.kernel}, Bun ${machine.bun}; load ${loadAtStart}`,
)
if (busy) console.warn(busyWarning(loadAtStart, machine))
if (wanted.quick) console.warn('QUICK: smaller and fewer of everything. These figures prove nothing.')

const worlds = new Worlds()
const results: Taken[] = []
let failed = 0
const began = performance.now()
try {
  for (const measure of MEASURES) {
    if (wanted.names.length > 0 && !wanted.names.includes(measure.name)) continue
    console.log(`\n${measure.name}`)
    const from = performance.now()
    try {
      const figures = await measure.run({ quick: wanted.quick, worlds })
      for (const line of figures.flatMap(figureLines)) console.log(line)
      results.push({ measure: measure.name, seconds: secondsSince(from), figures, failure: null })
    } catch (error) {
      failed++
      const failure = error instanceof Error ? error.message : String(error)
      console.error(`  FAILED: ${failure}`)
      results.push({ measure: measure.name, seconds: secondsSince(from), figures: [], failure })
    }
  }
} finally {
  await worlds.close()
}

const loadAtEnd = load()
const whole: Results = {
  at,
  commit: commitOf(),
  quick: wanted.quick,
  busy,
  machine,
  loadAtStart,
  loadAtEnd,
  seconds: secondsSince(began),
  results,
}
mkdirSync(dirname(RESULTS_FILE), { recursive: true })
writeFileSync(RESULTS_FILE, `${JSON.stringify(whole, null, 2)}\n`)

const figures = results.flatMap((each) => each.figures)
const missed = figures.filter((figure) => meets(figure) === false).length
const unknown = figures.filter(({ value }) => value === null).length
console.log(
  [
    `\n${figures.length} figures in ${whole.seconds} s: ${missed === 0 ? 'no goal is missed' : `${missed} goals are missed`}`,
    `${unknown === 0 ? '' : `, ${unknown} could not be measured`}${failed === 0 ? '' : `, ${failed} MEASURES FAILED`}.`,
    ` Load ${loadAtStart} at the start, ${loadAtEnd} at the end. All of it: .cache/bench.json`,
  ].join(''),
)
if (busy) console.warn(busyWarning(loadAtStart, machine))
process.exitCode = failed === 0 ? 0 : 1

function secondsSince(from: number): number {
  return Math.round((performance.now() - from) / 100) / 10
}
