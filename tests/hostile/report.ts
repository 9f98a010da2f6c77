import { Figures } from './figures.ts'
import { ALL_DEEDS, generate, LOOKS_A_SCRIPT } from './generate.ts'
import { type Failure, play, watchForExceptions } from './play.ts'
import { type Script, scriptText } from './script.ts'
import { shrink } from './shrink.ts'

export interface Wanted {
  readonly seed: number
  readonly looks: number
  /** Kinds of breaches that are shrunk and printed at length. */
  readonly shrink: boolean
  /** The file of one script, in place of random ones. */
  readonly script: string | null
  readonly show: boolean
}

/** How often a kind was broken, and by whom first. */
interface Broken {
  times: number
  readonly seed: number
  readonly look: number
  readonly what: string
}

/** Plays looks from the seed on and prints what broke, by its kind. @returns the exit code: 0 where nothing did */
export async function runHostile(wanted: Wanted): Promise<number> {
  watchForExceptions()
  const figures = new Figures()
  const began = performance.now()
  const broken = new Map<string, Broken>()
  let scripts = 0
  for await (const script of scriptsOf(wanted)) {
    if (figures.looks >= wanted.looks) break
    scripts++
    const failure = await play(script, figures, wanted.show ? console.log : undefined)
    if (scripts % 10 === 0) console.log(`${figures.looks} of ${wanted.looks} looks played, up to seed ${script.seed}.`)
    if (failure !== null) await tell(script, failure, broken, wanted)
  }
  console.log(`\n${figures.text()}`)
  const never = ALL_DEEDS.filter((deed) => !figures.done.has(deed))
  if (never.length > 0) console.log(`Not done by any of these scripts: ${never.join(', ')}.`)
  console.log(`\n${figures.looks} looks of ${scripts} scripts in ${((performance.now() - began) / 1000).toFixed(0)} s.`)
  if (broken.size === 0) {
    console.log('Nothing broke.')
    return 0
  }
  console.log('What broke (a script ends with the look that broke something):\n')
  console.log('| what broke | looks | first, by seed and look | as |\n| --- | --- | --- | --- |')
  for (const [kind, { times, seed, look, what }] of [...broken].sort(([, a], [, b]) => b.times - a.times))
    console.log(`| ${kind} | ${times} | ${seed}, ${look} | ${oneLine(what)} |`)
  return 1
}

/** As many as it takes, where scripts end early. */
async function* scriptsOf({ seed, script }: Wanted): AsyncGenerator<Script> {
  if (script !== null) {
    yield JSON.parse(await Bun.file(script).text())
    return
  }
  for (let next = seed; ; next++) yield generate(next, LOOKS_A_SCRIPT)
}

async function tell(script: Script, failure: Failure, broken: Map<string, Broken>, wanted: Wanted): Promise<void> {
  const { look, breaches } = failure
  for (const kind of new Set(breaches.map((each) => each.kind))) {
    const known = broken.get(kind)
    const what = breaches.find((each) => each.kind === kind)?.what ?? ''
    if (known === undefined) broken.set(kind, { times: 1, seed: script.seed, look, what })
    else known.times++
    if (known !== undefined) continue
    console.log(`\nSeed ${script.seed} broke "${kind}" in look ${look}:\n${what.slice(0, 3000)}`)
    if (!wanted.shrink) continue
    const short = await shrink({ ...script, looks: script.looks.slice(0, look + 1) }, kind)
    console.log(`It still does as a file for --script:\n${scriptText(short)}`)
  }
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 160)
