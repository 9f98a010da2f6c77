import { Broken } from './broken.ts'
import { Figures } from './figures.ts'
import { ALL_DEEDS, generate } from './generate.ts'
import { type Failure, play, watchForExceptions } from './play.ts'
import { LOOKS_A_SCRIPT, type Script, scriptText } from './script.ts'
import { shrink } from './shrink.ts'

export interface Wanted {
  /** Of the first script. */
  readonly seed: number
  readonly scripts: number
  /** What broke is made as short as it gets and printed. */
  readonly shrink: boolean
  /** The file of one script, in place of random ones. */
  readonly file: string | null
  readonly show: boolean
}

/** What a run amounts to; one of its parts hands it on as JSON. */
export interface Outcome {
  readonly figures: Figures
  readonly broken: Broken
}

/** Plays scripts from the seed on, and tells of each kind of breach once. */
export async function playAll(wanted: Wanted): Promise<Outcome> {
  watchForExceptions()
  const outcome = { figures: new Figures(), broken: new Broken() }
  for (const script of await scriptsOf(wanted)) {
    const trace = wanted.show ? console.log : undefined
    const failures = await play(script, { figures: outcome.figures, trace })
    for (const failure of failures) await tell(script, failure, outcome.broken, wanted)
    if (script.seed % 5 === 0) console.log(`Up to seed ${script.seed}: ${outcome.broken.looks} looks broke something.`)
  }
  return outcome
}

async function scriptsOf({ seed, scripts, file }: Wanted): Promise<readonly Script[]> {
  if (file !== null) return [JSON.parse(await Bun.file(file).text())]
  return Array.from({ length: scripts }, (_, index) => generate(seed + index, LOOKS_A_SCRIPT))
}

async function tell(script: Script, { look, breaches }: Failure, broken: Broken, wanted: Wanted): Promise<void> {
  broken.looks++
  const { seed } = script
  for (const [kind, all] of Map.groupBy(breaches, (each) => each.kind)) {
    const what = all[0]?.what ?? ''
    if (!broken.add({ kind, looks: 1, seed, look, what })) continue
    console.log(`\nSeed ${seed} broke "${kind}" in look ${look}:\n${what.slice(0, 3000)}`)
    if (!wanted.shrink) continue
    const short = await shrink({ ...script, looks: script.looks.slice(0, look + 1) }, kind)
    console.log(`It still does as a file for --script:\n${scriptText(short)}`)
  }
}

export function report({ figures, broken }: Outcome, seconds: number): string {
  const never = ALL_DEEDS.filter((deed) => !figures.done.has(deed))
  return [
    '',
    figures.text(),
    ...(never.length === 0 ? [] : [`never done: ${never.join(', ')}`]),
    '',
    `${figures.looks} looks in ${seconds.toFixed(0)} s, ${broken.looks === 0 ? 'Nothing broke.' : `${broken.looks} broke something:\n\n${broken.table()}`}`,
  ].join('\n')
}
